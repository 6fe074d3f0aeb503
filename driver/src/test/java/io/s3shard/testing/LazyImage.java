package io.s3shard.testing;

import io.s3shard.image.Image;

/** A rule broken on purpose: a flush does nothing and says that all is well. */
final class LazyImage extends ForwardingImage {
  LazyImage(Image image) {
    super(image);
  }

  @Override
  public void flush() {}
}
