package io.s3shard.log;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Trying again while the bucket is away: waits longer each time, until it is told to stop. For one
 * caller.
 */
final class Patience {
  /**
   * The first wait; later ones double, up to the last. What a request takes, and what an outage's
   * end may be noticed late by.
   */
  private static final long FIRST_MILLIS = 50;

  private static final long LONGEST_MILLIS = 2_000;

  /** Waits of somebody who has no deadline of the user's: about half a minute in all. */
  private static final int WAITS = 20;

  private final Execution execution;
  private final BooleanSupplier giveUp;
  private long waitMillis = FIRST_MILLIS;

  /** Until {@code giveUp} says so. */
  Patience(Execution execution, BooleanSupplier giveUp) {
    this.execution = execution;
    this.giveUp = giveUp;
  }

  /** For about half a minute. */
  static Patience bounded(Execution execution) {
    int[] left = {WAITS};
    return new Patience(execution, () -> left[0]-- <= 0);
  }

  /**
   * The same call until the bucket answers. @throws StoreUnavailable the call's own, when it is
   * time to stop
   */
  <T> T call(Supplier<T> request) {
    while (true) {
      try {
        return request.get();
      } catch (StoreUnavailable away) {
        pause(away);
      }
    }
  }

  /**
   * Waits before the next try. An interrupt means stop. @throws StoreUnavailable {@code away}, when
   * it is time to stop
   */
  void pause(StoreUnavailable away) {
    if (giveUp.getAsBoolean() || Thread.currentThread().isInterrupted()) {
      throw away;
    }
    execution.sleep(Duration.ofMillis(waitMillis / 2 + execution.random(waitMillis / 2 + 1)));
    waitMillis = Math.min(2 * waitMillis, LONGEST_MILLIS);
  }
}
