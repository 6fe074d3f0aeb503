package io.s3shard.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Where an image comes from that is imported; read in order. */
public interface Inlet extends AutoCloseable {
  /** Empty: it is known at the end. */
  OptionalLong sizeBytes();

  /** The first offset from {@code offset} on from which there may be data; all before is zeros. */
  long nextData(long offset) throws IOException;

  /** Fills {@code into} from {@code offset}; less only at the end. */
  void read(long offset, ByteBuffer into) throws IOException;

  @Override
  void close() throws IOException;
}
