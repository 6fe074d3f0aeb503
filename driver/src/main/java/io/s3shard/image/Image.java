package io.s3shard.image;

import java.nio.ByteBuffer;

/**
 * One open volume: a flat range of bytes with the promises of DESIGN §2. Thread-safe. Offsets and
 * lengths are in bytes. Every method may throw the unchecked exceptions of {@code
 * io.s3shard.error}.
 */
public interface Image extends AutoCloseable {
  /** The size that readers see: writes beyond the end and {@link #grow} raise it at once. */
  long sizeBytes();

  /**
   * Fills {@code into} from {@code offset}. The range must lie inside the size. All of it, or an
   * exception; never short.
   */
  void read(long offset, ByteBuffer into);

  /**
   * The first offset from {@code offset} on from which there may be data; all before it is zeros.
   * The size if none follows. Whoever can't tell without reading says {@code offset}.
   */
  default long nextData(long offset) {
    return offset;
  }

  /**
   * Writes what remains in {@code data}; beyond the end the image grows. May wait for room; never
   * fails for want of it.
   */
  void write(long offset, ByteBuffer data);

  /**
   * From now on the range reads as zeros; its room may be given back. Byte-exact. Cut off at the
   * end of the image.
   */
  void discard(long offset, long length);

  /** The range is zeros from now on. Beyond the end the image grows. */
  void zero(long offset, long length);

  /**
   * Returns when everything written before it is durable in the bucket. With nothing to commit it
   * sends nothing.
   *
   * @throws io.s3shard.error.Fenced if another owns the volume
   * @throws io.s3shard.error.Poisoned if this or an earlier flush was given up
   */
  void flush();

  /**
   * Raises the size; durable with the next flush. A smaller size than the present one is an {@code
   * InvalidRequest}.
   */
  void grow(long sizeBytes);

  /** Flushes, ends the epoch with a CLOSE, gives everything back. Does nothing the second time. */
  @Override
  void close();
}
