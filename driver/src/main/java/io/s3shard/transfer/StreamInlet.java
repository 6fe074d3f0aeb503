package io.s3shard.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;

/** A pipe, to its end. It is left open. */
public class StreamInlet implements Inlet {
  private final ReadableByteChannel channel;

  public StreamInlet(InputStream stream) {
    this.channel = Channels.newChannel(stream);
  }

  @Override
  public OptionalLong sizeBytes() {
    return OptionalLong.empty();
  }

  @Override
  public long nextData(long offset) {
    return offset;
  }

  @Override
  public void read(long offset, ByteBuffer into) throws IOException {
    while (into.hasRemaining() && channel.read(into) >= 0) {
      // until it is full
    }
  }

  @Override
  public void close() {}
}
