package io.s3shard.map;

/**
 * The sizes of the map, DESIGN §4. {@code pageBytes}: the longest page. {@code maxDeltas}, {@code
 * maxDeltaBytes}: deltas are all in memory and each lookup asks them, so beyond that pages are
 * written. {@code keptPages}: so many pages stay in memory whatever their size.
 */
record MapLimits(int pageBytes, int maxDeltas, long maxDeltaBytes, int keptPages) {
  /**
   * A read of 1 MiB needs at most five pages: 16 let a few readers get on without driving out each
   * other's for ever.
   */
  static final MapLimits STANDARD = new MapLimits(256 << 10, 32, 4 << 20, 16);

  /** The deltas may be a quarter of the pages. */
  long deltaBytes(int pages) {
    return Math.min(maxDeltaBytes, pageBytes / 4L * pages);
  }
}
