package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.testing.Mutation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class LogSimulationTest {
  @Test
  void whatAnybodyIsToldOfTheLogIsSo() {
    Coverage coverage = new Coverage();
    long runs = Seeds.forSeconds(1, SimulationTime.seconds() / 4, LogSimulation::run, coverage);
    System.out.println("log simulation: " + runs + " seeds from 1 held: " + coverage);

    assertThat(runs).isPositive();
  }

  @Test
  void theSimulationMeetsWhatTheProtocolIsFor() {
    Coverage coverage = new Coverage();
    for (long seed = 1; seed <= 60; seed++) {
      coverage.add(LogSimulation.run(seed).coverage());
    }
    assertThat(coverage.counts())
        .containsKeys(
            "crash",
            "pause",
            "trimmed slot filled anew",
            "void OPEN",
            "void PIN",
            "void CLOSE",
            "reported PIN",
            "reported UNPIN",
            "reported CLOSE",
            "reported DETACH",
            "reported ATTACH",
            "reported SET",
            "reported RETIRE",
            "group snapshot",
            "a pin was read",
            "writer: Fenced",
            "log: OVERTAKEN",
            "log: UNKNOWN",
            "log: PIN_TABLE",
            "log: LOAD_AGAIN",
            "log: HOLD_RELEASED",
            "log: COMMIT_LOST",
            "log: SLOT_LOST");
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (long seed = 1; seed <= 10; seed++) {
      Outcome once = LogSimulation.run(seed);
      Outcome again = LogSimulation.run(seed);
      assertThat(again.traceHash()).as("seed %d", seed).isEqualTo(once.traceHash());
      assertThat(again.switches()).as("seed %d", seed).isEqualTo(once.switches());
    }
  }

  @Test
  void leavingOutTheConfirmationIsCaught() {
    Seeds.untilCaught(
        "log without confirmation",
        1,
        300,
        seed ->
            LogSimulation.run(
                seed,
                LogWriter.Habit.PROPER,
                (bucket, store) -> Mutation.NO_CONFIRMATION.store(bucket.objects(), store)));
  }

  @Test
  void trimmingTooEarlyIsCaught() {
    Seeds.untilCaught(
        "log trimmed too early",
        1,
        100,
        seed -> LogSimulation.run(seed, LogWriter.Habit.TRIMS_TOO_EARLY, (_, store) -> store));
  }
}
