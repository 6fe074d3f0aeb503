package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Arguments as mount(8), the kernel and the shell hand them over. */
class MountArgumentsTest {
  @Test
  void mountsHelperBecomesMount() {
    assertThat(
            MountArguments.of(
                "mount.fuse.s3shard",
                List.of(
                    "s3://b/p",
                    "/mnt",
                    "-s",
                    "-n",
                    "-o",
                    "rw,noatime,_netdev,x-systemd.automount,profile=backup,cache_size=64MiB,endpoint=http://h:1/,takeover")))
        .containsExactly(
            "mount",
            "s3://b/p",
            "/mnt",
            "--profile=backup",
            "--cache-size=64MiB",
            "--endpoint=http://h:1/",
            "--takeover");
    assertThat(
            MountArguments.of(
                "mount.fuse.s3shard",
                List.of("s3://b/p", "/mnt", "-o", "ro", "-t", "fuse.s3shard")))
        .containsExactly("mount", "s3://b/p", "/mnt", "--read-only");
  }

  @Test
  void umountsHelperBecomesUmount() {
    assertThat(
            MountArguments.of("umount.fuse.s3shard", List.of("/mnt", "-v", "-t", "fuse.s3shard")))
        .containsExactly("umount", "/mnt");
    assertThat(MountArguments.of("umount.fuse.s3shard", List.of("/mnt", "-nl")))
        .containsExactly("umount", "/mnt", "--lazy");
  }

  @Test
  void optionListsWorkByHandAndInForeground() {
    assertThat(
            MountArguments.of(
                "s3shard", List.of("mount", "-f", "s3://b/p", "/mnt", "-oro,log-level=debug")))
        .containsExactly("mount", "-f", "s3://b/p", "/mnt", "--read-only", "--log-level=debug");
    assertThat(MountArguments.of("s3shard", List.of("ls", "s3://b/p", "-o", "json")))
        .containsExactly("ls", "s3://b/p", "-o", "json");
  }

  @Test
  void whatIsNoOptionIsRefused() {
    assertThatThrownBy(() ->
            MountArguments.of("s3shard", List.of("mount", "s3://b/p", "/mnt", "-o", "ro,--evil")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "\"--evil\" is no mount option: 's3shard mount --help' lists them, without the dashes");
  }

  @Test
  void namesAreReadAsTheyWereTyped() {
    byte[] commandLine = "java\0-cp\0x\0Main\0create\0fs-ü.img\0".getBytes(StandardCharsets.UTF_8);
    assertThat(Arguments.typed(new String[] {"create", "fs-??.img"}, commandLine))
        .containsExactly("create", "fs-ü.img");
    assertThat(Arguments.typed(new String[0], commandLine)).isEmpty();
  }

  @Test
  void namesThatAreNoUtf8AreRefused() {
    byte[] commandLine = {'M', 0, 'a', (byte) 0xff, 0};
    assertThatThrownBy(() -> Arguments.typed(new String[] {"a?"}, commandLine))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("the argument \"a\ufffd\" is not valid UTF-8: names must be");
  }

  @Test
  void mountsOfOursAreFoundInTheKernelsTable() {
    String line =
        "36 35 0:52 / /mnt/with\\040blank rw,nosuid shared:1 - fuse.s3shard s3://b/p rw,user_id=0";
    assertThat(MountTable.isOurs(line, "/mnt/with blank")).isTrue();
    assertThat(MountTable.isOurs(line, "/mnt")).isFalse();
    assertThat(MountTable.isOurs(line.replace("fuse.s3shard", "ext4"), "/mnt/with blank"))
        .isFalse();
    assertThat(
            MountTable.isOurs(
                "36 35 0:52 / /back\\134slash rw - fuse.s3shard x rw", "/back\\slash"))
        .isTrue();
  }
}
