package io.s3shard.volume;

import io.s3shard.error.Fenced;
import io.s3shard.error.Poisoned;
import io.s3shard.image.Image;
import java.nio.ByteBuffer;

/**
 * An image that remembers whether it is of no use any more, so that the next open does not get it
 * again.
 */
final class WatchedImage implements Image {
  private final Image image;
  private volatile boolean dead;

  WatchedImage(Image image) {
    this.image = image;
  }

  /** Fenced or poisoned. */
  boolean isDead() {
    return dead;
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    watch(() -> image.read(offset, into));
  }

  @Override
  public void write(long offset, ByteBuffer data) {
    watch(() -> image.write(offset, data));
  }

  @Override
  public void discard(long offset, long length) {
    watch(() -> image.discard(offset, length));
  }

  @Override
  public void zero(long offset, long length) {
    watch(() -> image.zero(offset, length));
  }

  @Override
  public void flush() {
    watch(image::flush);
  }

  @Override
  public void grow(long sizeBytes) {
    watch(() -> image.grow(sizeBytes));
  }

  @Override
  public void close() {
    image.close();
  }

  private void watch(Runnable operation) {
    try {
      operation.run();
    } catch (Fenced | Poisoned e) {
      dead = true;
      throw e;
    }
  }
}
