package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Group snapshots of two images on two hosts, under a program that writes a number to the second
 * one only when it is synced on the first, and a higher one to the first only then; and whoever
 * takes them is killed.
 */
@Tag("fuse")
class GroupSnapshotTest {
  private static final int ROUNDS = 12;

  @TempDir Path folder;

  private final long seed = Long.getLong("s3shard.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final Map<Path, Process> mounts = new TreeMap<>();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLong synced = new AtomicLong();
  private Bucket bucket;
  private String url;

  @BeforeEach
  void bucket() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    url = bucket.url("p");
  }

  @AfterEach
  void leavesNothing() throws Exception {
    stop.set(true);
    for (var mount : mounts.entrySet()) {
      Daemon.kill(mount.getValue(), mount.getKey());
    }
    bucket.close();
  }

  private Daemon host(String name) throws IOException {
    return new Daemon(bucket.environment(), Files.createDirectories(folder.resolve(name)));
  }

  private Path mount(Daemon daemon, String name) throws Exception {
    Path point = Files.createDirectory(folder.resolve(name).resolve("mnt"));
    mounts.put(point, daemon.mount(url, point));
    return point;
  }

  @Test
  void noGroupHoldsAnEffectWithoutItsCause() throws Exception {
    Daemon one = host("one");
    Daemon two = host("two");
    Daemon office = host("office");
    Path causes = mount(one, "one").resolve("causes.img");
    Path effects = mount(two, "two").resolve("effects.img");
    Thread writer = Thread.ofPlatform().start(() -> write(causes, effects));
    int killed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      goesOn();
      // by the owner of one of them, or by nobody's
      Daemon taker = random.nextBoolean() ? one : office;
      String[] command = {
        "snapshot", "create", url, "causes.img", "g" + round, "--with", "effects.img"
      };
      if (random.nextInt(3) > 0) {
        Process dying = taker.start(command);
        killed += dying.waitFor(300 + random.nextInt(1500), TimeUnit.MILLISECONDS) ? 0 : 1;
        dying.destroyForcibly().waitFor();
        goesOn();
      }
      taker.call(command);
      long cause = number(effects, "causes.img", round);
      long effect = number(effects, "effects.img", round);
      assertThat(effect).as("seed %d, round %d", seed, round).isBetween(cause - 1, cause);
    }
    goesOn();
    stop.set(true);
    writer.join();
    assertThat(killed).as("seed %d", seed).isPositive();
    assertThat(office.call("snapshot", "ls", url, "-o", "name").lines()).hasSize(2 * ROUNDS);
  }

  private static long number(Path image, String volume, int round) throws IOException {
    Path file = image.resolveSibling(".snapshots").resolve(volume).resolve("g" + round);
    return ByteBuffer.wrap(Files.readAllBytes(file)).getLong(0);
  }

  private void write(Path causes, Path effects) {
    var options = List.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    var all = options.toArray(StandardOpenOption[]::new);
    try (FileChannel first = FileChannel.open(causes, all);
        FileChannel second = FileChannel.open(effects, all)) {
      for (long number = 1; !stop.get(); number++) {
        write(first, number);
        write(second, number);
        synced.set(number);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(FileChannel file, long number) throws IOException {
    file.write(ByteBuffer.allocate(Long.BYTES).putLong(0, number), 0);
    file.force(true);
  }

  /** No volume is stuck. */
  private void goesOn() throws InterruptedException {
    long before = synced.get();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Daemon.PATIENCE_SECONDS);
    while (synced.get() < before + 3) {
      assertThat(System.nanoTime()).as("stuck at %d, seed %d", before, seed).isLessThan(end);
      Thread.sleep(10);
    }
  }
}
