package io.s3shard.store;

import io.s3shard.execution.Execution;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the bucket answers, as the requests of everybody have found it: away from the first
 * failure on until any answer. Logs an outage twice, when it has lasted a moment and when it ends.
 * Thread-safe.
 */
final class Outage {
  private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

  /** A failure that the next try makes good is no outage that anybody wants to read about. */
  private static final Duration WORTH_LOGGING = Duration.ofSeconds(2);

  /**
   * Whoever waits tries again at least so often: one try takes a minute at most and the wait after
   * it seconds. After a longer silence nobody was waiting, and a failure begins a new outage.
   */
  private static final Duration SILENCE = Duration.ofMinutes(3);

  private final Execution execution;
  private boolean away;
  private boolean logged;
  private long sinceNanos;
  private long lastNanos;

  Outage(Execution execution) {
    this.execution = execution;
  }

  /** A request got any answer that is not a failure of the bucket. */
  void answered() {
    Duration lasted = end(execution.nanoTime());
    if (!lasted.isZero()) {
      LOG.info("the bucket answers again after {} s", lasted.toSeconds());
    }
  }

  /** A request failed, for the reason that {@code message} gives. */
  void failed(String message) {
    Duration lasted = note(execution.nanoTime());
    if (!lasted.isZero()) {
      LOG.warn(
          "the bucket has been away for {} s, I/O waits for it: {}", lasted.toSeconds(), message);
    }
  }

  /** Zero while it answers. */
  Duration awayFor() {
    long now = execution.nanoTime();
    synchronized (this) {
      return away ? Duration.ofNanos(now - sinceNanos) : Duration.ZERO;
    }
  }

  /** How long a logged outage lasted, or zero. */
  private synchronized Duration end(long now) {
    boolean tell = away && logged;
    away = false;
    logged = false;
    return tell ? Duration.ofNanos(now - sinceNanos) : Duration.ZERO;
  }

  /** How long it has lasted, if that is to be logged now, or zero. */
  private synchronized Duration note(long now) {
    if (!away || now - lastNanos > SILENCE.toNanos()) {
      away = true;
      sinceNanos = now;
    }
    lastNanos = now;
    Duration lasted = Duration.ofNanos(now - sinceNanos);
    if (logged || lasted.compareTo(WORTH_LOGGING) < 0) {
      return Duration.ZERO;
    }
    logged = true;
    return lasted;
  }
}
