package io.s3shard.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;

/** A pipe: all bytes, zeros too. It is left open. */
public class StreamOutlet implements Outlet {
  private final OutputStream stream;
  private final WritableByteChannel channel;

  public StreamOutlet(OutputStream stream) {
    this.stream = stream;
    this.channel = Channels.newChannel(stream);
  }

  @Override
  public void begin(long sizeBytes) {}

  @Override
  public void data(long offset, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void zeros(long offset, long length) throws IOException {
    ZeroBytes.write(length, (zeros, _) -> data(offset, zeros));
  }

  @Override
  public void finish() throws IOException {
    stream.flush();
  }

  @Override
  public void close() {}
}
