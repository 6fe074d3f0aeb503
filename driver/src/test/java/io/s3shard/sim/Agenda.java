package io.s3shard.sim;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is going to happen at some virtual time, earliest first; of two at the same time the one
 * that was entered first.
 */
final class Agenda {
  /**
   * A task to wake from its wait number {@code waitNumber}, or something to do that never waits.
   */
  record Entry(
      long nanos, long order, @Nullable SimTask<?> task, long waitNumber, @Nullable Runnable action)
      implements Comparable<Entry> {
    boolean isStale() {
      return task != null && (task.state != SimTask.State.WAITING || task.waits != waitNumber);
    }

    @Override
    public int compareTo(Entry other) {
      return nanos != other.nanos
          ? Long.compare(nanos, other.nanos)
          : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long entered;

  void wake(long nanos, SimTask<?> task) {
    entries.add(new Entry(nanos, entered++, task, task.waits, null));
  }

  void act(long nanos, Runnable action) {
    entries.add(new Entry(nanos, entered++, null, 0, action));
  }

  /** The next one that still matters. */
  @Nullable Entry peek() {
    Entry next = entries.peek();
    while (next != null && next.isStale()) {
      entries.poll();
      next = entries.peek();
    }
    return next;
  }

  /** Takes what {@link #peek} showed. */
  void take() {
    entries.poll();
  }

  void clear() {
    entries.clear();
  }
}
