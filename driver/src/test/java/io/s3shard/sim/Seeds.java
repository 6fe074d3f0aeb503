package io.s3shard.sim;

import java.util.function.LongFunction;

/** Runs of many seeds, one after the other. */
final class Seeds {
  private Seeds() {}

  /**
   * How many of the seeds from {@code first} it takes until one fails; fails itself if none of
   * {@code most} does.
   */
  static int untilCaught(String what, long first, int most, LongFunction<Outcome> run) {
    for (int i = 0; i < most; i++) {
      try {
        Outcome _ = run.apply(first + i);
      } catch (SimulationFailure caught) {
        System.out.println(
            what
                + ": caught by seed "
                + (first + i)
                + ": "
                + caught.getMessage().lines().findFirst().orElse(""));
        return i + 1;
      }
    }
    throw new AssertionError(what + ": not caught by " + most + " seeds from " + first);
  }

  /**
   * As many seeds from {@code first} as fit into the time; at least one. Returns how many there
   * were.
   */
  static long forSeconds(long first, double seconds, LongFunction<Outcome> run, Coverage coverage) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    long seed = first;
    do {
      coverage.add(run.apply(seed++).coverage());
    } while (System.nanoTime() < end);
    return seed - first;
  }
}
