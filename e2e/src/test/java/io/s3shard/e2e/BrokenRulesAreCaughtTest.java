package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.testing.Mutation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The crash test can fail: the same kills of a mount of the same engine with a rule broken on
 * purpose. What happens too rarely on a real machine, an OPEN that is not confirmed, is the
 * simulation's.
 */
@Tag("fuse")
class BrokenRulesAreCaughtTest {
  /** Small, and more in the arena at once: then its segments are used again out of order. */
  private static final StampedWorkload.Load LOAD = new StampedWorkload.Load(4 << 20, 3, 3, 80);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "FLUSH_DOES_NOTHING, true, 20",
    "REPLAYS_NOTHING, false, 20",
    "REPLAYS_ALL, false, 40",
    "TRIMS_TOO_EARLY, true, 40"
  })
  void aBrokenRuleIsCaught(Mutation mutation, boolean nodeLost, int most) throws Exception {
    int kills = untilCaught(mutation, nodeLost, most);
    assertThat(kills).as("kills until %s is caught", mutation).isLessThanOrEqualTo(most);
  }

  /** Else what is caught above may be this mount's own fault. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void withNothingBrokenNothingIsCaught(boolean nodeLost) throws Exception {
    assertThat(untilCaught(Mutation.NONE, nodeLost, 2)).isEqualTo(3);
  }

  private int untilCaught(Mutation mutation, boolean nodeLost, int most) throws Exception {
    Path mountPoint = Files.createDirectory(folder.resolve("mnt"));
    long seed = new Random().nextLong();
    try (Bucket bucket = Bucket.start(folder.resolve("bucket"))) {
      Daemon daemon = new Daemon(bucket.environment(), folder);
      Crashes.Remount remount =
          () -> daemon.mountBroken(mutation, Bucket.NAME, "broken", mountPoint);
      try (Crashes crashes =
          new Crashes(remount, mountPoint, daemon.arenas(), nodeLost, LOAD, seed)) {
        for (int kill = 1; kill <= most; kill++) {
          try {
            crashes.once();
          } catch (AssertionError caught) {
            System.out.println(mutation + " is caught: " + crashes + ": " + caught.getMessage());
            return kill;
          }
        }
        System.out.println(mutation + " is not caught: " + crashes);
        return most + 1;
      }
    }
  }
}
