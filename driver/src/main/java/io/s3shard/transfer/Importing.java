package io.s3shard.transfer;

import io.s3shard.error.HostFailure;
import io.s3shard.image.Image;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Writes what is read from somewhere into an empty image. Zeros are left out: it has them. */
public final class Importing {
  private static final int STEP = 4 << 20;

  private final Inlet inlet;
  private final Image image;
  private long dataBytes;

  public Importing(Inlet inlet, Image image) {
    this.inlet = inlet;
    this.image = image;
  }

  /**
   * Returns when all is in the bucket, how many bytes of it are data. {@code progress} hears how
   * many bytes are behind us.
   *
   * @throws HostFailure if it can't be read
   */
  public long run(LongConsumer progress) {
    try {
      long end = copy(progress);
      image.grow(Math.max(end, image.sizeBytes()));
    } catch (IOException e) {
      throw new HostFailure("what is imported can't be read: " + e.getMessage(), e);
    }
    image.flush();
    return dataBytes;
  }

  /** Returns the size. */
  private long copy(LongConsumer progress) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(STEP);
    long at = 0;
    while (true) {
      at = inlet.nextData(at);
      inlet.read(at, buffer.clear().limit((int) (STEP - at % STEP)));
      if (!buffer.flip().hasRemaining()) {
        return at;
      }
      long from = at;
      Runs.of(
          buffer,
          (inBuffer, run, zeros) -> {
            if (!zeros) {
              dataBytes += run.remaining();
              image.write(from + inBuffer, run);
            }
          });
      at += buffer.remaining();
      progress.accept(at);
    }
  }
}
