package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DESIGN §2, promises 1 and 2, on real FUSE: the daemon is killed with SIGKILL under a stamped
 * workload, again and again. How often: system property {@code s3shard.kills}, ten by default.
 */
@Tag("fuse")
class CrashTest {
  @TempDir Path folder;

  private final int kills = Integer.getInteger("s3shard.kills", 10);
  private final long seed = Long.getLong("s3shard.seed", new Random().nextLong());

  /** With the arena kept: no answered write may be missing. */
  @Test
  void aKilledDaemonLosesNoAnsweredWrite() throws Exception {
    crash(false);
  }

  /** As if the node were lost: a prefix, no older than the last answered fsync. */
  @Test
  void aLostNodeLosesNothingThatWasSynced() throws Exception {
    crash(true);
  }

  private void crash(boolean nodeLost) throws Exception {
    Path mountPoint = Files.createDirectory(folder.resolve("mnt"));
    try (Bucket bucket = Bucket.start(folder.resolve("bucket"))) {
      Daemon daemon = new Daemon(bucket.environment(), folder);
      String url = bucket.url("crash");
      Crashes.Remount remount =
          () ->
              nodeLost
                  ? daemon.mount(url, mountPoint, "--takeover")
                  : daemon.mount(url, mountPoint);
      StampedWorkload.Load load = StampedWorkload.Load.USUAL;
      try (Crashes crashes =
          new Crashes(remount, mountPoint, daemon.arenas(), nodeLost, load, seed)) {
        for (int kill = 1; kill <= kills; kill++) {
          crashes.once();
        }
        System.out.println(crashes + ": nothing lost");
        assertThat(crashes.workload().fsyncs()).as("fsyncs in %s", crashes).isGreaterThan(kills);
        assertThat(crashes.workload().discards()).as("discards in %s", crashes).isPositive();
      }
    }
  }
}
