package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DESIGN §2, promises 1 and 2, on real FUSE: the daemon is killed with SIGKILL under a stamped
 * workload, again and again. How often: system property {@code s3shard.kills}, ten by default.
 */
@Tag("fuse")
class CrashTest {
  private static final long SIZE = 48L << 20;

  @TempDir Path folder;

  private final int kills = Integer.getInteger("s3shard.kills", 10);
  private final long seed = Long.getLong("s3shard.seed", new Random().nextLong());
  private Process process;
  private Path mountPoint;

  @AfterEach
  void leavesNothing() throws Exception {
    if (process != null) {
      Daemon.kill(process, mountPoint);
    }
  }

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
    Random random = new Random(seed);
    try (Bucket bucket = Bucket.start(folder.resolve("bucket"))) {
      Daemon daemon = new Daemon(bucket.environment(), folder);
      mountPoint = Files.createDirectory(folder.resolve("mnt"));
      String url = bucket.url("crash");
      process = daemon.mount(url, mountPoint);
      Path image = mountPoint.resolve("fs.img");
      Daemon.run(List.of("truncate", "-s", String.valueOf(SIZE), image.toString()));
      StampedWorkload workload = new StampedWorkload(image, SIZE, random.nextLong());
      for (int kill = 1; kill <= kills; kill++) {
        killUnderLoad(workload, 300 + random.nextInt(2500));
        if (nodeLost) {
          deleteAll(daemon.arenas());
        }
        process =
            nodeLost ? daemon.mount(url, mountPoint, "--takeover") : daemon.mount(url, mountPoint);
        check(workload, nodeLost, kill);
      }
      System.out.printf(
          "%d SIGKILLs, %s, seed %d: nothing lost%n",
          kills, nodeLost ? "arena lost" : "arena kept", seed);
    }
  }

  private void killUnderLoad(StampedWorkload workload, long millis) throws Exception {
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                workload.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    writer.join(millis);
    Daemon.kill(process, mountPoint);
    writer.join();
  }

  private void check(StampedWorkload workload, boolean nodeLost, int kill) throws IOException {
    StampedWorkload.Shown shown = workload.shown();
    String where = "kill %d of seed %d".formatted(kill, seed);
    assertThat(shown.problem()).as(where).isEmpty();
    int least = nodeLost ? workload.synced() : workload.answered();
    assertThat(shown.operations()).as(where).isGreaterThanOrEqualTo(least);
    workload.forgetAfter(shown.operations());
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
