package io.s3shard.sim;

import org.jspecify.annotations.Nullable;

/**
 * A change of an image, or a piece of one: the engine may show a long write piece by piece. What a
 * write brings follows from its number and the place, byte by byte, so that what is read tells who
 * wrote it.
 */
final class Operation {
  enum Kind {
    WRITE,
    ZEROS,
    /** The image is at least as long as where this ends. */
    SIZE
  }

  static final long NEVER = Long.MAX_VALUE;

  final long number;
  final Kind kind;
  final long offset;
  final long end;

  /** By the counter of events. */
  final long issued;

  /** The piece of the same write that comes before. */
  final @Nullable Operation before;

  long answered = NEVER;

  private byte @Nullable [] content;

  Operation(
      long number, Kind kind, long offset, long end, long issued, @Nullable Operation before) {
    this.number = number;
    this.kind = kind;
    this.offset = offset;
    this.end = end;
    this.issued = issued;
    this.before = before;
  }

  boolean covers(long from, long to) {
    return kind != Kind.SIZE && offset <= from && to <= end;
  }

  /** Whether this was over before {@code other} began, or is an earlier piece of the same write. */
  boolean precedes(Operation other) {
    return answered < other.issued || issued == other.issued && number < other.number;
  }

  /** What it brings, from its offset on. */
  byte[] content() {
    byte[] bytes = content;
    if (bytes == null) {
      bytes = new byte[Math.toIntExact(end - offset)];
      if (kind == Kind.WRITE) {
        fill(bytes);
      }
      content = bytes;
    }
    return bytes;
  }

  private void fill(byte[] bytes) {
    long word = 0;
    for (int i = 0; i < bytes.length; i++) {
      long at = offset + i;
      if (i == 0 || at % 8 == 0) {
        word = mixed(number * 0x9e3779b97f4a7c15L + at / 8);
      }
      bytes[i] = (byte) (word >>> 8 * (at % 8));
    }
  }

  private static long mixed(long z) {
    long x = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }

  @Override
  public String toString() {
    return "#"
        + number
        + " "
        + kind
        + " "
        + offset
        + "-"
        + end
        + " ["
        + issued
        + ", "
        + (answered == NEVER ? "never answered" : answered)
        + "]";
  }
}
