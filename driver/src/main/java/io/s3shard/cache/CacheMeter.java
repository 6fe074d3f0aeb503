package io.s3shard.cache;

import java.util.concurrent.atomic.LongAdder;

/** Counts what was asked of one part of the cache since its start. Thread-safe. */
public final class CacheMeter {
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  void asked(boolean hit) {
    (hit ? hits : misses).increment();
  }

  void evicted() {
    evictions.increment();
  }

  /** Frames that were here when they were wanted. */
  public long hits() {
    return hits.sum();
  }

  /** Frames that were not. */
  public long misses() {
    return misses.sum();
  }

  /** Frames that went to make room. */
  public long evictions() {
    return evictions.sum();
  }
}
