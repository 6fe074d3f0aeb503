package io.s3shard.format;

/** The unit of the format: 4 KiB. Everything that is committed is whole blocks. */
public final class Blocks {
  /** Bytes in a block. */
  public static final int SIZE = 4096;

  /** Blocks in a frame: 32 KiB. */
  public static final int PER_FRAME = 8;

  private Blocks() {}

  /** How many blocks {@code bytes} bytes take. */
  public static long covering(long bytes) {
    return (bytes + SIZE - 1) / SIZE;
  }
}
