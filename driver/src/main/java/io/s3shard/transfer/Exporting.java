package io.s3shard.transfer;

import io.s3shard.error.HostFailure;
import io.s3shard.image.Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Reads an image from its begin to its end. Where its map knows of no data, nothing is read. */
public final class Exporting {
  private static final int STEP = 4 << 20;

  private final Image image;
  private final Outlet outlet;
  private long dataBytes;

  public Exporting(Image image, Outlet outlet) {
    this.image = image;
    this.outlet = outlet;
  }

  /**
   * Returns when all is durable where it went, how many bytes of it are data. {@code progress}
   * hears how many bytes are behind us.
   *
   * @throws HostFailure if it can't be written
   */
  public long run(LongConsumer progress) {
    try {
      copy(progress);
      outlet.finish();
      return dataBytes;
    } catch (IOException e) {
      throw new HostFailure("the export can't be written: " + e.getMessage(), e);
    }
  }

  private void copy(LongConsumer progress) throws IOException {
    long size = image.sizeBytes();
    outlet.begin(size);
    ByteBuffer buffer = ByteBuffer.allocateDirect(STEP);
    long at = 0;
    while (at < size) {
      long next = Math.min(size, image.nextData(at));
      if (next > at) {
        outlet.zeros(at, next - at);
      } else {
        next = at + Math.min(STEP - at % STEP, size - at);
        copy(at, buffer.clear().limit((int) (next - at)));
      }
      at = next;
      progress.accept(at);
    }
  }

  private void copy(long at, ByteBuffer buffer) throws IOException {
    image.read(at, buffer);
    Runs.of(
        buffer.flip(),
        (inBuffer, run, zeros) -> {
          if (zeros) {
            outlet.zeros(at + inBuffer, run.remaining());
          } else {
            dataBytes += run.remaining();
            outlet.data(at + inBuffer, run);
          }
        });
  }
}
