package io.s3shard.testing;

import io.s3shard.image.Image;
import java.nio.ByteBuffer;

/** An image that does what another does; what is to be different is overridden. */
abstract class ForwardingImage implements Image {
  private final Image image;

  ForwardingImage(Image image) {
    this.image = image;
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    image.read(offset, into);
  }

  @Override
  public void write(long offset, ByteBuffer data) {
    image.write(offset, data);
  }

  @Override
  public void discard(long offset, long length) {
    image.discard(offset, length);
  }

  @Override
  public void zero(long offset, long length) {
    image.zero(offset, length);
  }

  @Override
  public void flush() {
    image.flush();
  }

  @Override
  public void grow(long sizeBytes) {
    image.grow(sizeBytes);
  }

  @Override
  public void close() {
    image.close();
  }
}
