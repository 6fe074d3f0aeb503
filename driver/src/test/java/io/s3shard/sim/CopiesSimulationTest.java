package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds DESIGN §2.5 under everything that can go wrong: copies cost nothing, and harm none. */
@Timeout(600)
class CopiesSimulationTest {
  private static final int SEEDS_THAT_MEET_ALL = 1500;
  private static final int MUTATION_SEEDS = 200;

  @BeforeAll
  static void quiet() {
    QuietLog.quiet();
  }

  @Test
  void whatIsNeededIsRightAndNothingElseIsLeft() {
    Coverage coverage = new Coverage();
    long runs = Seeds.forSeconds(1, SimulationTime.seconds(), CopiesSimulation::run, coverage);
    System.out.println("copies simulation: " + runs + " seeds from 1 held: " + coverage);
    assertThat(runs).isPositive();
  }

  private static final List<String> WHAT_IT_IS_FOR =
      List.of(
          "a host's process was killed",
          "an administrator was killed",
          "a volume was written to",
          "admin: create",
          "admin: snapshot",
          "admin: group of 2",
          "admin: clone",
          "admin: clone of a clone",
          "admin: clone of a snapshot",
          "admin: restore",
          "admin: remove a snapshot",
          "admin: delete",
          "admin: detach",
          "admin: sweep",
          "admin: look",
          "admin: look at what was removed");

  /** The rarest of them comes once in some hundred seeds. */
  @Test
  void theSimulationMeetsWhatItIsFor() {
    Coverage coverage = new Coverage();
    for (long seed = 1;
        seed <= SEEDS_THAT_MEET_ALL && !coverage.counts().keySet().containsAll(WHAT_IT_IS_FOR);
        seed++) {
      coverage.add(CopiesSimulation.run(seed).coverage());
    }
    System.out.println("copies simulation: " + coverage);
    assertThat(coverage.counts().keySet()).containsAll(WHAT_IT_IS_FOR);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aBrokenRuleIsCaught(CopiesMutation mutation) {
    int seeds =
        Seeds.untilCaught(
            mutation.name(), 1, MUTATION_SEEDS, seed -> CopiesSimulation.run(seed, mutation));

    assertThat(seeds).isBetween(1, MUTATION_SEEDS);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(CopiesSimulation.run(seed).traceHash())
          .isEqualTo(CopiesSimulation.run(seed).traceHash());
    }
  }
}
