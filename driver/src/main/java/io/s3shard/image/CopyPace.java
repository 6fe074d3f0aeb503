package io.s3shard.image;

import io.s3shard.execution.Execution;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** How fast all images of a process together copy in the background. Thread-safe. */
final class CopyPace {
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

  private final Execution execution;
  private final long bytesPerSecond;
  private long freeAtNanos;
  private boolean begun;

  CopyPace(Execution execution, long bytesPerSecond) {
    this.execution = execution;
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Waits as long as {@code bytes} that were just copied should have taken, unless it is urgent:
   * then it is not made up for later either.
   */
  void copied(long bytes, BooleanSupplier urgent) {
    long until = book(bytes);
    long nanos = until - execution.nanoTime();
    while (nanos > 0 && !urgent.getAsBoolean()) {
      execution.sleep(Duration.ofNanos(Math.min(nanos, LOOK_NANOS)));
      nanos = until - execution.nanoTime();
    }
    if (nanos > 0) {
      forgive();
    }
  }

  private void forgive() {
    long now = execution.nanoTime();
    synchronized (this) {
      freeAtNanos = now;
    }
  }

  private synchronized long book(long bytes) {
    long now = execution.nanoTime();
    if (!begun || freeAtNanos - now < 0) {
      freeAtNanos = now;
      begun = true;
    }
    freeAtNanos += (long) (bytes * 1e9 / bytesPerSecond);
    return freeAtNanos;
  }
}
