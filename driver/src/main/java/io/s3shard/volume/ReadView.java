package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;
import io.s3shard.image.Image;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** What a read-only use shows as its image. */
final class ReadView implements Image {
  private final ReadUse use;

  ReadView(ReadUse use) {
    this.use = use;
  }

  @Override
  public long sizeBytes() {
    AtomicLong size = new AtomicLong();
    use.read(image -> size.set(image.sizeBytes()));
    return size.get();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    use.read(image -> image.read(offset, into));
  }

  @Override
  public void write(long offset, ByteBuffer data) {
    throw readOnly();
  }

  @Override
  public void discard(long offset, long length) {
    throw readOnly();
  }

  @Override
  public void zero(long offset, long length) {
    throw readOnly();
  }

  @Override
  public void grow(long sizeBytes) {
    throw readOnly();
  }

  /** A reader has nothing to make durable. */
  @Override
  public void flush() {}

  /** The use is what ends: {@link ReadUse#release}. */
  @Override
  public void close() {}

  private static InvalidRequest readOnly() {
    return new InvalidRequest("the image was opened for reading only: open it for writing");
  }
}
