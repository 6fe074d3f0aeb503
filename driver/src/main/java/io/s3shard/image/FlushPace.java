package io.s3shard.image;

import io.s3shard.execution.Execution;
import java.time.Duration;

/**
 * How far apart COMMITs begin at least, for whoever would rather wait for an fsync than pay for it:
 * flushes that come meanwhile wait, and share the next COMMIT. None is answered before it is
 * durable. Guarded by the image's lock.
 */
final class FlushPace {
  private final Execution execution;
  private final Duration least;
  private boolean begun;
  private long begunNanos;

  /**
   * @param least zero: COMMITs follow each other as they come
   */
  FlushPace(Execution execution, Duration least) {
    this.execution = execution;
    this.least = least;
  }

  /** How long the next COMMIT has to wait; zero or less: not at all. */
  Duration left() {
    return begun ? least.minusNanos(execution.nanoTime() - begunNanos) : Duration.ZERO;
  }

  /** A COMMIT begins now. */
  void begins() {
    begun = true;
    begunNanos = execution.nanoTime();
  }
}
