package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * mount(8) and umount(8) themselves, with a file like /etc/fstab: type {@code fuse.s3shard}, and an
 * image of it as a loop device. In a mount namespace of its own, where /sbin has our helpers
 * besides, and a pid namespace, so that nothing of it is left.
 */
@Tag("fuse")
class FstabTest {
  @TempDir Path folder;

  private Bucket bucket;
  private Daemon daemon;
  private Path images;
  private Path fs;
  private Path fstab;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    daemon = new Daemon(bucket.environment(), folder);
    images = Files.createDirectory(folder.resolve("s3"));
    fs = Files.createDirectory(folder.resolve("fs"));
    fstab = folder.resolve("fstab");
  }

  @AfterEach
  void leaveNothing() throws Exception {
    bucket.close();
  }

  private void writeFstab(String options) throws IOException {
    Files.writeString(
        fstab,
        """
        %s %s fuse.s3shard %s 0 0
        %s/fs.img %s ext4 loop,_netdev 0 0
        """
            .formatted(bucket.url("fstab"), images, options, images, fs));
  }

  /** Lines of shell where mount(8) knows our type; they end at the first that fails. */
  private Programs.Ended shell(String script) throws IOException, InterruptedException {
    String prepared =
        """
        sbin=$(readlink -f /sbin)
        mount -t overlay -o ro,lowerdir=%s:$sbin overlay $sbin
        """
            .formatted(daemon.helpers());
    return daemon.program(
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "bash",
        "-euo",
        "pipefail",
        "-c",
        prepared + script.formatted(fstab, images, fs));
  }

  @Test
  void whatFstabSaysIsMounted() throws Exception {
    writeFstab("_netdev,noatime,commit-interval=1s,cache_size=64MiB,x-systemd.mount-timeout=2m");
    Programs.Ended used =
        shell(
            """
            mount --fstab %1$s %2$s
            findmnt -n -o SOURCE,FSTYPE %2$s
            truncate -s 64M %2$s/fs.img
            mkfs.ext4 -q %2$s/fs.img
            mount --fstab %1$s %3$s
            cp /etc/passwd %3$s/copy
            umount %3$s
            umount %2$s
            test -z "$(pgrep -x java)" # umount has waited for it
            mount --fstab %1$s -a
            cmp /etc/passwd %3$s/copy
            umount %3$s %2$s
            test -z "$(findmnt %2$s)"
            """);
    assertThat(used.exit()).as(used.toString()).isZero();
    assertThat(used.out().split("\\s+")).startsWith(bucket.url("fstab"), "fuse.s3shard");

    writeFstab("ro");
    Programs.Ended readOnly =
        shell(
            """
            mount --fstab %1$s %2$s
            if touch %2$s/other; then exit 1; fi
            mount -o ro,loop %2$s/fs.img %3$s
            cmp /etc/passwd %3$s/copy
            umount %3$s %2$s
            """);
    assertThat(readOnly.exit()).as(readOnly.toString()).isZero();
    assertThat(readOnly.err()).contains("Read-only file system");
  }

  @Test
  void whatItCanNotMountIsSaidByMountItself() throws Exception {
    writeFstab("cache-seize=64MiB");
    Programs.Ended unknown = shell("mount --fstab %1$s %2$s");
    assertThat(unknown.exit()).isEqualTo(2);
    assertThat(unknown.err())
        .startsWith("s3shard: Unknown option: '--cache-seize=64MiB'; did you mean ")
        .contains("--cache-size");
  }
}
