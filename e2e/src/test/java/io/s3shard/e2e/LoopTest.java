package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The main job, with the ordinary tools and no options: mount, {@code dd}, {@code mkfs}, {@code
 * mount -o loop}.
 */
@Tag("fuse")
class LoopTest {
  /** What xfs wants at least. */
  private static final int MEGABYTES = 320;

  @TempDir Path folder;

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
  }

  @AfterEach
  void leaveNothing() throws Exception {
    Programs.tryShell(
        "umount -l "
            + fs
            + "; losetup -j "
            + images
            + "/fs.img | cut -d: -f1 | xargs -r losetup -d");
    if (Daemon.isMounted(images)) {
      daemon.tryCall("umount", images.toString());
    }
    Programs.tryShell("umount -i -l " + images);
    bucket.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ext4, e2fsck -fn",
    "xfs, xfs_repair -n",
    "btrfs, btrfs check --readonly",
  })
  void aFileSystemOnALoopDevice(String type, String check) throws Exception {
    String s3 = bucket.url("loop");
    script(
        "s3shard mount " + s3 + " " + images,
        "dd if=/dev/zero of=" + images + "/fs.img bs=1M seek=$((" + MEGABYTES + " - 1)) count=1",
        "mkfs." + type + " " + images + "/fs.img",
        "mount -o loop " + images + "/fs.img " + fs);
    script(
        "cp -r /usr/share/doc/[b-f]* " + fs,
        "find " + fs + " -type f | sort | xargs sha256sum >" + folder + "/before",
        "sync",
        "umount " + fs,
        "s3shard umount " + images);
    assertThat(losetup()).as("loop devices after umount").isEmpty();
    assertThat(daemon.call("ls", s3, "-o", "name")).isEqualTo("fs.img\n");

    script(
        "s3shard mount " + s3 + " " + images,
        "mount -o loop " + images + "/fs.img " + fs,
        "find " + fs + " -type f | sort | xargs sha256sum >" + folder + "/after",
        "umount " + fs,
        check + " " + images + "/fs.img",
        "s3shard umount " + images);
    assertThat(folder.resolve("before"))
        .isNotEmptyFile()
        .hasSameTextualContentAs(folder.resolve("after"));
  }

  private String losetup() throws IOException, InterruptedException {
    return Programs.run("losetup", "-nO", "NAME", "-j", images + "/fs.img");
  }

  /** Lines of shell, one after the other; {@code s3shard} is the built command. */
  private void script(String... lines) throws IOException, InterruptedException {
    daemon.shell(String.join("\n", List.of(lines)));
  }
}
