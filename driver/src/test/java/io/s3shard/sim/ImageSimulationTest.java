package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds the contract of DESIGN §2 under everything that can go wrong: 1 (fsync), 2 (prefix), 3 (one
 * writer), 4 (no zeros), 8, 9.
 */
@Timeout(600)
class ImageSimulationTest {
  @BeforeAll
  static void quiet() {
    QuietLog.quiet();
  }

  @Test
  void whoeverOpensAnImageFindsWhatWasPromised() {
    Coverage coverage = new Coverage();
    long runs = Seeds.forSeconds(1, SimulationTime.seconds(), ImageSimulation::run, coverage);
    System.out.println("image simulation: " + runs + " seeds from 1 held: " + coverage);

    assertThat(runs).isPositive();
  }

  @Test
  void theSimulationMeetsWhatTheContractIsFor() {
    Coverage coverage = new Coverage();
    for (long seed = 1; seed <= 60; seed++) {
      coverage.add(ImageSimulation.run(seed).coverage());
    }
    assertThat(coverage.counts())
        .containsKeys(
            "crash",
            "crash in the arena",
            "host lost",
            "pause",
            "opened with the arena",
            "took over after a stranger",
            "some operations were lost",
            "user: Fenced",
            "a pinned state was explained",
            "a pinned state was looked at again",
            "fenced by the controller",
            "trimmed slot filled anew",
            "looked at all",
            "void OPEN");
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 1; seed <= 12; seed++) {
      Outcome once = ImageSimulation.run(seed);
      Outcome again = ImageSimulation.run(seed);
      assertThat(again.traceHash()).as("seed %d", seed).isEqualTo(once.traceHash());
      assertThat(again.switches()).as("seed %d", seed).isEqualTo(once.switches());
    }
  }
}
