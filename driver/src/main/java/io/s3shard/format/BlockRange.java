package io.s3shard.format;

/** {@code count} blocks of an image from block {@code first}; count is at least 1. */
public record BlockRange(long first, long count) {
  public BlockRange {
    if (first < 0 || count < 1) {
      throw new IllegalArgumentException("block range " + first + "+" + count);
    }
  }

  public static BlockRange between(long first, long end) {
    return new BlockRange(first, end - first);
  }

  /** The first block after the range. */
  public long end() {
    return first + count;
  }
}
