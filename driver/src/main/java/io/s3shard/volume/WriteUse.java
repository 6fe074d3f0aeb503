package io.s3shard.volume;

import io.s3shard.image.Image;
import java.util.concurrent.atomic.AtomicBoolean;

/** One open file's use of a volume for writing. */
final class WriteUse implements OpenImage {
  private final HeldImages images;
  private final HeldImage held;
  private final AtomicBoolean released = new AtomicBoolean();

  WriteUse(HeldImages images, HeldImage held) {
    this.images = images;
    this.held = held;
  }

  @Override
  public Image image() {
    return held.opened();
  }

  @Override
  public void release() {
    if (!released.getAndSet(true)) {
      images.release(held);
    }
  }
}
