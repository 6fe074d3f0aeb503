package io.s3shard.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where an image goes that is exported: every byte of it is told once, in order, as data or as
 * zeros.
 */
public interface Outlet extends AutoCloseable {
  /** Before anything else. */
  void begin(long sizeBytes) throws IOException;

  void data(long offset, ByteBuffer bytes) throws IOException;

  void zeros(long offset, long length) throws IOException;

  /** All was told: returns when it is durable. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;
}
