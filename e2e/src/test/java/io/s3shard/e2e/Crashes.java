package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Random;

/**
 * Kills a mount with SIGKILL under a {@link StampedWorkload}, again and again, and holds what the
 * next one shows against what was answered: with the arena kept all of it, with the arena lost all
 * that an fsync covers, and always a prefix.
 */
final class Crashes implements AutoCloseable {
  /** Mounts where a dead mount was. */
  interface Remount {
    Process mount() throws IOException, InterruptedException;
  }

  private final Remount remount;
  private final Path mountPoint;
  private final Path arenas;
  private final boolean nodeLost;
  private final long seed;
  private final Random random;
  private final StampedWorkload workload;
  private Process process;
  private int kills;

  /**
   * Mounts for the first time and makes an image.
   *
   * @param nodeLost whether the arenas are deleted after each kill, as if the node were lost
   */
  Crashes(
      Remount remount,
      Path mountPoint,
      Path arenas,
      boolean nodeLost,
      StampedWorkload.Load load,
      long seed)
      throws IOException, InterruptedException {
    this.remount = remount;
    this.mountPoint = mountPoint;
    this.arenas = arenas;
    this.nodeLost = nodeLost;
    this.seed = seed;
    this.random = new Random(seed);
    this.process = remount.mount();
    Path image = mountPoint.resolve("fs.img");
    Programs.run("truncate", "-s", String.valueOf(load.sizeBytes()), image.toString());
    this.workload = new StampedWorkload(image, load, random.nextLong());
  }

  /**
   * One kill under load, and the look at what is left of it. @throws AssertionError if it is too
   * little
   */
  void once() throws IOException, InterruptedException {
    kills++;
    killUnderLoad(50 + random.nextInt(900));
    if (nodeLost) {
      deleteAll(arenas);
    }
    process = remount.mount();
    check();
  }

  /** After so many operations, and not after a time: a busy machine does as much as an idle one. */
  private void killUnderLoad(int operations) throws IOException, InterruptedException {
    int until = workload.answered() + operations;
    Thread writer = Thread.ofPlatform().start(workload::run);
    while (workload.answered() < until && writer.isAlive()) {
      Thread.sleep(1 + random.nextInt(10));
    }
    Daemon.kill(process, mountPoint);
    writer.join();
    assertThat(workload.answered()).as("operations before the kill").isGreaterThanOrEqualTo(until);
  }

  private void check() {
    String where = "kill %d of seed %d".formatted(kills, seed);
    StampedWorkload.Shown shown;
    try {
      shown = workload.shown();
    } catch (IOException e) {
      throw new AssertionError(where + ": what was written can't be read", e);
    }
    assertThat(shown.problem()).as(where).isEmpty();
    int least = nodeLost ? workload.synced() : workload.answered();
    assertThat(shown.operations()).as(where).isGreaterThanOrEqualTo(least);
    workload.forgetAfter(shown.operations());
  }

  StampedWorkload workload() {
    return workload;
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    Daemon.kill(process, mountPoint);
  }

  @Override
  public String toString() {
    return "%d SIGKILLs, %s, seed %d, %s"
        .formatted(kills, nodeLost ? "arena lost" : "arena kept", seed, workload.done());
  }
}
