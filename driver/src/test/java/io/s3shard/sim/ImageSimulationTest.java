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
  /** So many that the rarest comes up several times. */
  private static final int SEEDS_THAT_MEET_ALL = 150;

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

  /** Each ingredient of the sentence, and each way of the engine. */
  @Test
  void theSimulationMeetsWhatTheContractIsFor() {
    Coverage coverage = new Coverage();
    for (long seed = 1; seed <= SEEDS_THAT_MEET_ALL; seed++) {
      coverage.add(ImageSimulation.run(seed).coverage());
    }
    assertThat(coverage.counts().keySet())
        .contains(
            // crashes, successors, second crashes
            "crash",
            "crash in the arena",
            "host lost",
            "opened with the arena",
            "opened as it was seen",
            "was seen too long ago",
            "successor on the same arena",
            "second crash before what was replayed is committed",
            "some operations were lost",
            // two writers, zombies
            "pause",
            "two writers at once",
            "took over after a stranger",
            "fenced by the controller",
            "a zombie writes on",
            "a zombie reads on",
            "a zombie's flush fails",
            "user: Fenced",
            "void OPEN",
            // the network
            "network: a request was lost",
            "network: an answer was lost",
            "network: a request came late",
            "network: put again",
            "network: put-if-absent again",
            "network: delete again",
            "network: put of a process that has crashed",
            "network: put-if-absent of a process that has crashed",
            "network: a task stalled",
            "network: throttled",
            "network: refused",
            "network: the bucket was away",
            "trimmed slot filled anew",
            // what users do
            "WRITE",
            "ZEROS",
            "SIZE",
            "READ",
            "FLUSH",
            "a change that ends within a block",
            "flushes of several tasks at once",
            "a read beside a flush",
            "a write beside a close was answered",
            "a write beside a close was refused",
            "looked at all",
            // the engine's ways
            "stored a whole chunk",
            "uploaded before the freeze",
            "uploaded before the freeze for nothing",
            "stored a segment or a part of a chunk",
            "stored a segment that was gathered",
            "stored a long index",
            "stored a root with deltas",
            "pages were rewritten with what deltas said",
            // pins and groups
            "a pinned state was explained",
            "a pinned state was looked at again",
            "HOLD",
            "RELEASE",
            // merge and fold
            "chunks were folded",
            "segments were merged",
            "data was gathered",
            "objects were deleted");
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
