package io.s3shard.cli;

import io.s3shard.error.S3ShardException;
import io.s3shard.image.Image;
import java.nio.ByteBuffer;

/** An image that counts and times what is asked of it. */
final class MeteredImage implements Image {
  private final Image image;
  private final ImageMeters meters;
  private final Runnable closed;

  /** {@code closed} is called once it is closed, however that went. */
  MeteredImage(Image image, ImageMeters meters, Runnable closed) {
    this.image = image;
    this.meters = meters;
    this.closed = closed;
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    meter(ImageMeters.Operation.READ, into.remaining(), () -> image.read(offset, into));
  }

  @Override
  public void write(long offset, ByteBuffer data) {
    meter(ImageMeters.Operation.WRITE, data.remaining(), () -> image.write(offset, data));
  }

  @Override
  public void discard(long offset, long length) {
    meter(ImageMeters.Operation.DISCARD, length, () -> image.discard(offset, length));
  }

  @Override
  public void zero(long offset, long length) {
    meter(ImageMeters.Operation.DISCARD, length, () -> image.zero(offset, length));
  }

  @Override
  public void flush() {
    meter(ImageMeters.Operation.FLUSH, 0, image::flush);
  }

  @Override
  public void grow(long sizeBytes) {
    image.grow(sizeBytes);
  }

  @Override
  public void close() {
    try {
      image.close();
    } finally {
      closed.run();
    }
  }

  private void meter(ImageMeters.Operation operation, long bytes, Runnable body) {
    long start = meters.begin(operation);
    try {
      body.run();
      meters.done(operation, bytes, start);
    } catch (S3ShardException e) {
      meters.failed(operation, start);
      throw e;
    }
  }
}
