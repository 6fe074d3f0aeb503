package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DESIGN §5, "Memory", of a mount in the background as a user has it: what the kernel counts stays
 * within the budget while eight images are read and written at random, by fio. For how long: system
 * property {@code s3shard.memory.seconds}, 75 by default.
 */
@Tag("fuse")
class MemoryTest {
  private static final int IMAGES = 8;
  private static final long RESIDENT_MIB = 384;
  private static final long ARENAS_MIB = 192;

  @TempDir Path folder;

  private final int seconds = Integer.getInteger("s3shard.memory.seconds", 75);

  private Bucket bucket;
  private Daemon daemon;
  private Path images;

  /** A tmpfs: its files are counted apart from others. */
  private Path arenas;

  /** The most that was seen, in MiB. */
  private record Peak(long resident, long arenas) {
    Peak and(Map<String, Long> status) {
      long own = status.get("RssAnon") + status.get("RssFile");
      return new Peak(Math.max(resident, own), Math.max(arenas, status.get("RssShmem")));
    }
  }

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    daemon = new Daemon(bucket.environment(), folder);
    images = Files.createDirectory(folder.resolve("s3"));
    arenas = Files.createTempDirectory(Path.of("/dev/shm"), "s3shard-test");
  }

  @AfterEach
  void leaveNothing() throws Exception {
    if (Daemon.isMounted(images)) {
      daemon.tryCall("umount", images.toString());
    }
    Programs.tryShell("umount -i -l " + images + "; rm -rf " + arenas);
    bucket.close();
  }

  @Test
  void eightImagesUnderRandomLoadStayWithinTheBudget() throws Exception {
    daemon.call("mount", "--arena-dir", arenas.toString(), bucket.url("memory"), images.toString());
    Path status = Path.of("/proc", pid(), "status");
    Process fio = load();
    Peak peak = new Peak(0, 0);
    while (!fio.waitFor(1, TimeUnit.SECONDS)) {
      peak = peak.and(resident(status));
    }
    assertThat(fio.exitValue()).as(Files.readString(folder.resolve("fio.out"))).isZero();
    System.out.println("the most in " + seconds + " s, in MiB: " + peak);
    assertThat(peak.arenas()).as("all images were written to").isGreaterThanOrEqualTo(IMAGES);
    assertThat(peak.arenas()).as("arenas, MiB").isLessThanOrEqualTo(ARENAS_MIB);
    assertThat(peak.resident())
        .as("RssAnon and RssFile, MiB: %s", daemon.stats(images))
        .isLessThanOrEqualTo(RESIDENT_MIB);
  }

  /** Reads and writes of 4 to 64 KiB, many at once, with a flush now and then. */
  private Process load() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "fio",
                "--rw=randrw",
                "--bsrange=4k-64k",
                "--direct=1",
                "--ioengine=libaio",
                "--iodepth=16",
                "--fsync=256",
                "--size=128M",
                "--time_based",
                "--runtime=" + seconds));
    for (int image = 0; image < IMAGES; image++) {
      command.add("--name=image" + image);
      command.add("--filename=" + images.resolve("image" + image + ".img"));
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("fio.out").toFile())
        .start();
  }

  private String pid() throws IOException, InterruptedException {
    return JsonParser.parseString(daemon.stats(images)).getAsJsonObject().get("pid").getAsString();
  }

  /** What the kernel counts, in MiB. */
  private static Map<String, Long> resident(Path status) throws IOException {
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("Rss"))
        .map(line -> line.split("[: \tkB]+"))
        .collect(Collectors.toMap(parts -> parts[0], parts -> Long.parseLong(parts[1]) >> 10));
  }
}
