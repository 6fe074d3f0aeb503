package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A group snapshot never holds an effect without its cause, and never leaves a volume stuck. */
@Timeout(600)
class GroupSimulationTest {
  private static final int GROUPS = 200;

  @BeforeAll
  static void quiet() {
    QuietLog.quiet();
  }

  @Test
  void noGroupHoldsAnEffectWithoutItsCause() {
    Coverage coverage = new Coverage();
    long seed = 0;
    while (coverage.counts().getOrDefault("a group was looked at", 0L) < GROUPS) {
      coverage.add(GroupSimulation.run(++seed).coverage());
    }
    System.out.println("group simulation: " + seed + " seeds from 1 held: " + coverage);
    assertThat(coverage.counts().keySet()).contains("a taker was killed", "nobody asked again");
  }

  @Test
  void snapshotsOneAfterTheOtherAreNoGroup() {
    int seeds = Seeds.untilCaught("no HOLD", 1, 50, seed -> GroupSimulation.run(seed, false));

    assertThat(seeds).isBetween(1, 50);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(GroupSimulation.run(seed).traceHash())
          .isEqualTo(GroupSimulation.run(seed).traceHash());
    }
  }
}
