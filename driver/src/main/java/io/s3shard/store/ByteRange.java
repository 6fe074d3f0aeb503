package io.s3shard.store;

/** {@code length} bytes from {@code offset}; length is at least 1. */
public record ByteRange(long offset, long length) {
  public ByteRange {
    if (offset < 0 || length < 1) {
      throw new IllegalArgumentException("byte range " + offset + "+" + length);
    }
  }

  /** The first byte after the range. */
  public long end() {
    return offset + length;
  }
}
