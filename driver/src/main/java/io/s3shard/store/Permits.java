package io.s3shard.store;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * How many requests may be on their way at once, and who goes next: the most urgent, and among
 * equals who came first. Each purpose, together with all less urgent ones, may hold its share only,
 * so that an urgent request finds a permit at once however much background work there is. When the
 * bucket throttles the limit is halved; it grows back with what succeeds. Thread-safe.
 *
 * <p>Who waits is bounded by the callers, each of whom waits for one permit.
 */
final class Permits {
  /** Sixteenths of the limit by purpose, from LOG to BACKGROUND. */
  private static final int[] SHARES = {16, 15, 14, 12, 10, 8};

  /** Fewer would leave nothing to keep back. */
  private static final int FEWEST = 4;

  /** One burst of refusals is one signal: what they answer was sent before the first halving. */
  private static final long HALVE_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

  private final Execution execution;
  private final int most;
  private final Map<Purpose, Deque<Waiter>> waiting = new EnumMap<>(Purpose.class);
  private final int[] held = new int[Purpose.values().length];
  private int limit;
  private int succeeded;
  private boolean halvedBefore;
  private long halvedNanos;

  Permits(Execution execution, int most) {
    this.execution = execution;
    this.most = Math.max(FEWEST, most);
    this.limit = this.most;
    for (Purpose purpose : Purpose.values()) {
      waiting.put(purpose, new ArrayDeque<>());
    }
  }

  /** Waits for a permit. To be given back by {@link #release}. */
  void acquire(Purpose purpose) {
    Waiter waiter = new Waiter(execution.signal());
    synchronized (this) {
      queue(purpose).add(waiter);
      grant();
    }
    while (true) {
      long seen = waiter.granted.version();
      synchronized (this) {
        if (waiter.isGranted) {
          return;
        }
      }
      waiter.granted.await(seen);
    }
  }

  synchronized void release(Purpose purpose) {
    held[purpose.ordinal()]--;
    grant();
  }

  /** A request was answered: after a round of them, one more may go at once. */
  synchronized void succeeded() {
    if (limit < most && ++succeeded >= limit) {
      succeeded = 0;
      limit++;
      grant();
    }
  }

  /** The bucket asks for fewer requests. */
  void throttled() {
    long now = execution.nanoTime();
    synchronized (this) {
      if (!halvedBefore || now - halvedNanos >= HALVE_AGAIN_NANOS) {
        halvedBefore = true;
        halvedNanos = now;
        succeeded = 0;
        limit = Math.max(FEWEST, limit / 2);
      }
    }
  }

  /** How many may be on their way at once by now. */
  synchronized int limit() {
    return limit;
  }

  private void grant() {
    for (Purpose purpose : Purpose.values()) {
      Deque<Waiter> queue = queue(purpose);
      while (!queue.isEmpty() && hasRoom(purpose)) {
        held[purpose.ordinal()]++;
        Waiter next = queue.remove();
        next.isGranted = true;
        next.granted.raise();
      }
    }
  }

  private Deque<Waiter> queue(Purpose purpose) {
    return Objects.requireNonNull(waiting.get(purpose));
  }

  /**
   * Whether one more request fits into the share of its purpose, and into those of all more urgent
   * ones, which contain it.
   */
  private boolean hasRoom(Purpose purpose) {
    int together = 0;
    for (int i = held.length - 1; i >= 0; i--) {
      together += held[i];
      if (i <= purpose.ordinal() && together >= Math.max(1, limit * SHARES[i] / 16)) {
        return false;
      }
    }
    return true;
  }

  private static final class Waiter {
    final Signal granted;
    boolean isGranted;

    Waiter(Signal granted) {
      this.granted = granted;
    }
  }
}
