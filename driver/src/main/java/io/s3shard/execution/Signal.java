package io.s3shard.execution;

import java.time.Duration;

/**
 * An event count: waits for "something has changed" without holding a lock. The waiter reads {@link
 * #version}, looks at what it waits for under its own lock, and if it must wait calls {@link
 * #await} with what it read: a {@link #raise} in between is not lost. Any thread may wait; an
 * interrupt does not end a wait and stays set.
 */
public interface Signal {
  long version();

  /** Wakes everybody who waits. May be called under a lock. */
  void raise();

  /** Returns once {@link #raise} was called after {@code seen} was read. */
  void await(long seen);

  /** The same, or after {@code atMost}. */
  void await(long seen, Duration atMost);
}
