package io.s3shard.log;

import io.s3shard.execution.Execution;
import java.time.Duration;
import java.util.Arrays;

/**
 * The gap that an owner leaves for others: 3.5 of its median commit times after 32 COMMITs in a row
 * ({@code protocol/Fairness.java} chose the numbers). COMMITs with an idle time of at least a gap
 * between them are not in a row. For one caller at a time.
 */
final class FairPause {
  static final int IN_A_ROW = 32;
  private static final double COMMIT_TIMES = 3.5;

  private final Execution execution;
  private final LogCounters counters;
  private final long[] lastNanos = new long[IN_A_ROW];
  private long commits;
  private int inARow;
  private long endedNanos;

  FairPause(Execution execution, LogCounters counters) {
    this.execution = execution;
    this.counters = counters;
  }

  /** Waits if it is time to. */
  void beforeCommit() {
    long gapNanos = gapNanos();
    if (execution.nanoTime() - endedNanos >= gapNanos) {
      inARow = 0;
    } else if (inARow >= IN_A_ROW) {
      inARow = 0;
      counters.count(LogCounters.Event.FAIR_PAUSE);
      execution.sleep(Duration.ofNanos(gapNanos));
    }
  }

  /** Takes note of a COMMIT that was sent at {@code sentNanos} and is in the log. */
  void committed(long sentNanos) {
    endedNanos = execution.nanoTime();
    lastNanos[(int) (commits++ % IN_A_ROW)] = endedNanos - sentNanos;
    inARow++;
  }

  private long gapNanos() {
    int known = (int) Math.min(commits, IN_A_ROW);
    if (known == 0) {
      return 0;
    }
    long[] sorted = Arrays.copyOf(lastNanos, known);
    Arrays.sort(sorted);
    return (long) (COMMIT_TIMES * sorted[known / 2]);
  }
}
