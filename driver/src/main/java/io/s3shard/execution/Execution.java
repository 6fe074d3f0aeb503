package io.s3shard.execution;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/**
 * Everything that waits, forks, sleeps, tells the time or rolls dice. In production it is virtual
 * threads and the system's clock; in the simulation it is a baton that one task holds at a time,
 * and virtual time.
 *
 * <p><b>No lock is held across a call of this interface or of an {@code ObjectStore}.</b> Locks
 * guard memory only; they are short. That keeps the simulation free of deadlocks and the engine
 * free of convoys behind a 30 ms request.
 */
public interface Execution {
  /**
   * Starts {@code body} beside the caller. An exception that it throws is thrown by {@link
   * Task#join}.
   */
  <T> Task<T> fork(String name, Callable<T> body);

  /** Waits. An interrupt ends it early and stays set. */
  void sleep(Duration duration);

  /** A monotonic clock in nanoseconds. */
  long nanoTime();

  /** The wall clock; for people only: nothing is decided by it. */
  Instant now();

  /** A uniformly random number below {@code bound}. */
  long random(long bound);

  /** {@code count} random bytes, unpredictable in production. */
  byte[] randomBytes(int count);

  /** A new signal that nobody waits for yet. */
  Signal signal();

  /** Something that runs beside its starter. */
  interface Task<T> {
    /**
     * Waits for the end. What the body threw is thrown here: an unchecked exception or error as it
     * is, a checked one wrapped in an {@link IllegalStateException}.
     */
    T join();

    boolean isDone();
  }
}
