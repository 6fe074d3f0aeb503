package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.s3shard.proto.shardd.v1.OpenVolume;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DESIGN §5, Takeover, on real FUSE, loop devices and ext4: {@code shardd} is killed with SIGKILL
 * under fio, and replaced. How often: system property {@code s3shard.takeovers}, three by default.
 */
@Tag("fuse")
class TakeoverTest {
  private static final long SIZE = 256L << 20;
  private static final List<String> NAMES = List.of("one", "two");

  @TempDir Path folder;

  private final int kills = Integer.getInteger("s3shard.takeovers", 3);
  private final List<Path> mounted = new ArrayList<>();
  private final List<String> loops = new ArrayList<>();
  private final List<Process> fios = new ArrayList<>();
  private Bucket bucket;
  private Shardd shardd;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    shardd = new Shardd(bucket.environment(), folder);
    shardd.hold();
    shardd.start();
  }

  @AfterEach
  void leavesNothing() throws Exception {
    for (Process fio : fios) {
      fio.destroyForcibly().waitFor();
    }
    for (Path mount : mounted) {
      new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
    }
    for (String loop : loops) {
      new ProcessBuilder("losetup", "-d", loop).start().waitFor();
    }
    shardd.close();
    for (String name : NAMES) {
      Path volume = folder.resolve("volumes").resolve("v-" + name);
      new ProcessBuilder("umount", "-l", volume.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
    bucket.close();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
    assertThat(Programs.run("losetup", "-a")).doesNotContain(folder.toString());
  }

  @Test
  void aKilledOrReplacedDaemonIsAPause() throws Exception {
    for (String name : NAMES) {
      mountNew(name);
      fios.add(fio(name));
    }
    Probe probe = new Probe(folder.resolve("fs-one").resolve("probe"));
    Thread probing = Thread.ofPlatform().start(probe);
    List<Long> pauses = new ArrayList<>();
    for (int kill = 1; kill <= kills; kill++) {
      Thread.sleep(1500);
      probe.longestNanos.set(0);
      Shardd.kill(shardd.process());
      shardd.start();
      awaitOpen();
      pauses.add(probe.settled());
    }
    Thread.sleep(1000);
    replaceByAnotherBuild();
    awaitOpen();
    pauses.add(probe.settled());
    probe.stop = true;
    probing.join();
    assertThat(probe.failure).as("write and fsync all the while").isNull();
    for (int i = 0; i < NAMES.size(); i++) {
      fios.get(i).waitFor();
      assertThat(fios.get(i).exitValue()).as(fioOutput(NAMES.get(i))).isZero();
      assertThat(fioOutput(NAMES.get(i))).contains("err= 0");
    }
    for (String name : NAMES) {
      unmount(name);
    }
    System.out.printf(
        "%d SIGKILLs and a replacement, pauses in ms: %s%n",
        kills, pauses.stream().map(nanos -> nanos / 1_000_000).toList());
  }

  /** The connections are gone with both: users get errors, and all can be opened again. */
  @Test
  void whenHolderAndDaemonDieVolumesFailAndCanBeOpenedAgain() throws Exception {
    mountNew("one");
    Path file = folder.resolve("fs-one").resolve("synced");
    Files.writeString(file, "kept");
    Programs.run("sync", file.toString());
    shardd.letGo();
    Shardd.kill(shardd.process());
    assertThatThrownBy(() -> Files.readString(folder.resolve("volumes/v-one/image")))
        .isInstanceOf(IOException.class);
    shardd.hold();
    shardd.start();
    assertThat(shardd.isReadySoon()).isTrue();
    Programs.run("umount", "-l", folder.resolve("fs-one").toString());
    mounted.clear();
    Programs.run("losetup", "-d", loops.removeFirst());
    Path image = open("one");
    String loop = loop(image);
    Programs.run("mount", loop, folder.resolve("fs-one").toString());
    mounted.add(folder.resolve("fs-one"));
    assertThat(file).hasContent("kept");
    unmount("one");
  }

  private void mountNew(String name) throws Exception {
    Daemon command = new Daemon(bucket.environment(), folder);
    command.call("create", "--size", SIZE + "B", bucket.url("p"), name);
    String loop = loop(open(name));
    Programs.run("mkfs.ext4", "-q", "-E", "nodiscard", loop);
    Path fs = Files.createDirectory(folder.resolve("fs-" + name));
    Programs.run("mount", loop, fs.toString());
    mounted.add(fs);
  }

  private Path open(String name) throws Exception {
    String info =
        new Daemon(bucket.environment(), folder).call("info", "--json", bucket.url("p"), name);
    String id = JsonParser.parseString(info).getAsJsonObject().get("id").getAsString();
    return shardd.open("v-" + name, id, "bucket", "p");
  }

  private String loop(Path image) throws Exception {
    String loop =
        Programs.run("losetup", "-f", "--show", "--direct-io=on", image.toString()).strip();
    loops.add(loop);
    return loop;
  }

  private Process fio(String name) throws IOException {
    long seconds = 5L + 6L * (kills + 1);
    return new ProcessBuilder(
            "fio",
            "--name=" + name,
            "--directory=" + folder.resolve("fs-" + name),
            "--size=64m",
            "--bs=4k",
            "--rw=randrw",
            "--ioengine=libaio",
            "--direct=1",
            "--iodepth=8",
            "--fsync=16",
            "--rate_iops=300",
            "--runtime=" + seconds,
            "--time_based",
            "--verify=crc32c",
            "--verify_backlog=256")
        .directory(folder.toFile()) // where it leaves the state of its verification
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".fio").toFile())
        .start();
  }

  private String fioOutput(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".fio"));
  }

  /** The successor waits beside the old one, which is then told to end. */
  private void replaceByAnotherBuild() throws Exception {
    Process old = shardd.process();
    Process successor = shardd.start(anotherBuild());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!shardd.log().contains("waiting for its end") && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    old.destroy();
    assertThat(old.waitFor()).as("told to end, it ends well").isZero();
    assertThat(successor.isAlive()).isTrue();
  }

  /** The same classes from another place. */
  private String anotherBuild() throws IOException, InterruptedException {
    StringBuilder path = new StringBuilder();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      Path from = Path.of(entry);
      if (entry.contains("/driver/target/") || entry.contains("s3shard-driver")) {
        Path to = folder.resolve("build").resolve(from.getFileName());
        Files.createDirectories(to.getParent());
        Programs.run("cp", "-r", from.toString(), to.toString());
        path.append(to).append(':');
      } else {
        path.append(entry).append(':');
      }
    }
    return path.toString();
  }

  private void awaitOpen() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (System.nanoTime() < end) {
      List<OpenVolume> volumes = shardd.volumes();
      boolean all =
          volumes.size() == NAMES.size()
              && volumes.stream().allMatch(v -> v.getState() == OpenVolume.State.OPEN);
      if (all) {
        return;
      }
      assertThat(volumes).allMatch(v -> v.getProblem().isEmpty());
      Thread.sleep(20);
    }
    throw new AssertionError("the volumes do not come back");
  }

  private void unmount(String name) throws Exception {
    Path fs = folder.resolve("fs-" + name);
    Programs.run("umount", fs.toString());
    mounted.remove(fs);
    String loop = loops.removeFirst();
    Programs.run("e2fsck", "-fn", loop);
    Programs.run("losetup", "-d", loop);
    shardd.close("v-" + name);
    assertThat(folder.resolve("volumes").resolve("v-" + name)).doesNotExist();
  }

  /** Writes and syncs a block again and again; how long the slowest took is the pause. */
  private static final class Probe implements Runnable {
    private final Path file;
    final AtomicLong longestNanos = new AtomicLong();
    private final AtomicLong rounds = new AtomicLong();
    volatile boolean stop;
    volatile IOException failure;

    Probe(Path file) {
      this.file = file;
    }

    /** The longest since it was set to 0, after two more rounds. */
    long settled() throws InterruptedException {
      long from = rounds.get();
      while (rounds.get() < from + 2 && failure == null) {
        Thread.sleep(10);
      }
      return longestNanos.get();
    }

    @Override
    public void run() {
      ByteBuffer block = ByteBuffer.allocate(4096);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        while (!stop) {
          long start = System.nanoTime();
          channel.write(block.rewind(), 0);
          channel.force(false);
          longestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
          rounds.incrementAndGet();
        }
      } catch (IOException e) {
        failure = e;
      }
    }
  }
}
