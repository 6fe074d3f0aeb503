package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * DESIGN §2, promise 8, on real parts: the S3 server is stopped under fio on an ext4 on an image.
 * For how long: system property {@code s3shard.outage.seconds}, five by default.
 */
@Tag("fuse")
class OutageTest {
  @TempDir Path folder;

  private final int seconds = Integer.getInteger("s3shard.outage.seconds", 5);
  private Bucket bucket;
  private Daemon daemon;
  private Path images;
  private Path fs;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    daemon = new Daemon(bucket.environment(), folder);
    images = Files.createDirectory(folder.resolve("s3"));
    fs = Files.createDirectory(folder.resolve("fs"));
    daemon.shell(
        """
        s3shard mount %1$s %2$s
        truncate -s 128M %2$s/fs.img
        mkfs.ext4 -q %2$s/fs.img
        mount -o loop,errors=remount-ro %2$s/fs.img %3$s
        """
            .formatted(bucket.url("outage"), images, fs));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    bucket.startUnlessRunning();
    Programs.tryShell("umount -l " + fs);
    daemon.tryCall("umount", "--lazy", images.toString());
    Programs.tryShell("umount -i -l " + images);
    bucket.close();
  }

  @Test
  void anOutageIsAPause() throws Exception {
    Path output = folder.resolve("fio");
    Process fio = fio().redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      awaitCommits(20, fio);
      bucket.stop();
      Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
      assertThat(fio.isAlive()).as("it syncs at its end, so it can't have ended").isTrue();
      bucket.start();
      assertThat(fio.waitFor(2 * Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      fio.destroyForcibly();
    }
    assertThat(fio.exitValue()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output)).contains("err= 0");
    assertThat(daemon.stats(images))
        .contains("\"state\":\"open\"")
        .doesNotContainPattern("\"errors\":[1-9]");
    Programs.run("touch", fs.resolve("still-writable").toString());
    daemon.shell(
        """
        umount %3$s
        s3shard umount %2$s
        s3shard mount %1$s %2$s
        e2fsck -fn %2$s/fs.img
        mount -o loop %2$s/fs.img %3$s
        """
            .formatted(bucket.url("outage"), images, fs));
    Programs.Ended verified = Programs.end(fio("--verify_only"));
    assertThat(verified.exit()).as(verified.toString()).isZero();
    System.out.printf("the bucket was away for %d s under fio: no error, all verified%n", seconds);
  }

  /** Each block once, in random order, a sync after every 16. */
  private ProcessBuilder fio(String... more) {
    List<String> command = new ArrayList<>(List.of("fio", "--name=outage", "--rw=randwrite"));
    command.addAll(List.of("--directory=" + fs, "--bs=4k", "--size=24M", "--fsync=16"));
    command.addAll(List.of("--end_fsync=1", "--verify=crc32c", "--do_verify=1"));
    command.addAll(List.of(more));
    return new ProcessBuilder(command).directory(folder.toFile());
  }

  private void awaitCommits(int more, Process fio) throws IOException, InterruptedException {
    long until = records() + more;
    while (records() < until) {
      assertThat(fio.isAlive()).as("fio has not begun to sync").isTrue();
      Thread.sleep(20);
    }
  }

  /** Records in the log of the one volume. */
  private long records() throws IOException {
    try (var paths = Files.walk(bucket.files("outage"))) {
      return paths.filter(path -> path.getParent().endsWith("log")).count();
    }
  }
}
