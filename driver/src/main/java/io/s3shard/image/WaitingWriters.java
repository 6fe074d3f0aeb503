package io.s3shard.image;

import io.s3shard.execution.Execution;
import java.time.Duration;

/** How many writers of an image wait for room, and since when. Thread-safe. */
final class WaitingWriters {
  /** After so long a HOLD is released: DESIGN §3, Group snapshot. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Execution execution;
  private int count;
  private long sinceNanos;

  WaitingWriters(Execution execution) {
    this.execution = execution;
  }

  synchronized void enter() {
    if (count++ == 0) {
      sinceNanos = execution.nanoTime();
    }
  }

  synchronized void leave() {
    count--;
  }

  synchronized int count() {
    return count;
  }

  /** Whether one has waited for longer than a HOLD is worth. */
  synchronized boolean impatient() {
    return count > 0 && execution.nanoTime() - sinceNanos >= PATIENCE.toNanos();
  }
}
