package io.s3shard.image;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.log.VolumeLog;
import java.nio.ByteBuffer;

/**
 * The state that a pin keeps, for reading. Nobody is told of its readers: once the pin is taken
 * away its objects go, and reads fail, saying so.
 */
final class PinnedImage implements Image {
  private final Image image;
  private final VolumeLog log;
  private final long pin;
  private final String what;

  /** {@code pin}: its slot; {@code what}: what it keeps, for messages. */
  PinnedImage(Image image, VolumeLog log, long pin, String what) {
    this.image = image;
    this.log = log;
    this.pin = pin;
    this.what = what;
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    try {
      image.read(offset, into);
    } catch (Damaged missing) {
      requirePin(log, pin, what, missing);
      throw missing;
    }
  }

  @Override
  public long nextData(long offset) {
    try {
      return image.nextData(offset);
    } catch (Damaged missing) {
      requirePin(log, pin, what, missing);
      throw missing;
    }
  }

  /**
   * @throws ObjectMissing if the pin lives no more
   */
  static void requirePin(VolumeLog log, long pin, String what, RuntimeException cause) {
    if (!log.loadWithPins().state().pins().has(pin)) {
      throw new ObjectMissing(what + " was removed, its data is gone: unmount it", cause);
    }
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
  public void grow(long newSizeBytes) {
    image.grow(newSizeBytes);
  }

  @Override
  public void close() {
    image.close();
  }
}
