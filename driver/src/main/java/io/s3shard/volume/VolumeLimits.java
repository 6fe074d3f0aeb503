package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;

/** What a volume may be, DESIGN §5 "Limits". */
public final class VolumeLimits {
  public static final int CHUNK_MIN_BYTES = 256 << 10;
  public static final int CHUNK_MAX_BYTES = 64 << 20;

  /**
   * 4 MiB: a chunk is one PUT, so this is where its price and its latency part company on most
   * servers.
   */
  public static final int CHUNK_DEFAULT_BYTES = 4 << 20;

  /** 64 TiB. */
  public static final long SIZE_MAX_BYTES = 64L << 40;

  private VolumeLimits() {}

  /**
   * @throws InvalidRequest unless it is a power of two from 256 KiB to 64 MiB
   */
  public static void checkChunkSize(long bytes) {
    if (bytes < CHUNK_MIN_BYTES || bytes > CHUNK_MAX_BYTES || Long.bitCount(bytes) != 1) {
      throw new InvalidRequest(
          "a chunk size of "
              + bytes
              + " bytes is not allowed: a power of two from 256KiB to 64MiB");
    }
  }

  /**
   * @throws InvalidRequest if it is negative or more than 64 TiB
   */
  public static void checkSize(long bytes) {
    if (bytes < 0 || bytes > SIZE_MAX_BYTES) {
      throw new InvalidRequest(
          "a size of " + bytes + " bytes is not allowed: at most 64TiB (" + SIZE_MAX_BYTES + ")");
    }
  }

  /**
   * @throws InvalidRequest if {@code newBytes} is smaller: a volume never shrinks
   */
  public static void checkGrowth(String name, long presentBytes, long newBytes) {
    checkSize(newBytes);
    if (newBytes < presentBytes) {
      throw new InvalidRequest(
          "\""
              + name
              + "\" has "
              + presentBytes
              + " bytes and can't shrink to "
              + newBytes
              + ": make a smaller volume and copy the files");
    }
  }
}
