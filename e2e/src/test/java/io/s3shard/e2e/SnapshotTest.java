package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Snapshots on real mounts: taken by the owner and from elsewhere, read as files on two hosts, and
 * the file system in them mounted.
 */
@Tag("fuse")
class SnapshotTest {
  @TempDir Path folder;

  private Bucket bucket;
  private String url;
  private Daemon here;
  private Daemon elsewhere;
  private Path hereMount;
  private Path elsewhereMount;
  private final Deque<Path> loopMounts = new ArrayDeque<>();
  private final Map<Path, Process> mounts = new TreeMap<>();

  @BeforeEach
  void twoHosts() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    url = bucket.url("p");
    here = host("here");
    elsewhere = host("elsewhere");
    hereMount = mount(here, "here");
    elsewhereMount = mount(elsewhere, "elsewhere");
  }

  private Daemon host(String name) throws IOException {
    Path own = Files.createDirectories(folder.resolve(name));
    return new Daemon(bucket.environment(), own);
  }

  private Path mount(Daemon daemon, String name) throws Exception {
    Path point = Files.createDirectory(folder.resolve(name).resolve("mnt"));
    mounts.put(point, daemon.mount(url, point));
    return point;
  }

  @AfterEach
  void leavesNothing() throws Exception {
    while (!loopMounts.isEmpty()) {
      Programs.run("umount", loopMounts.pop().toString());
    }
    for (var mount : mounts.entrySet()) {
      Daemon.kill(mount.getValue(), mount.getKey());
    }
    bucket.close();
  }

  @Test
  void aFileSystemInASnapshotIsAsItWas() throws Exception {
    Path image = hereMount.resolve("fs.img");
    Programs.run("truncate", "-s", "64M", image.toString());
    // without a journal: what was synced is in its place, also for who mounts without replaying one
    Programs.run("mkfs.ext4", "-q", "-O", "^has_journal", image.toString());
    Path fs = loopMount(image, "rw");
    write(fs.resolve("one"), "1");
    here.call("snapshot", "create", url, "fs.img", "first");
    write(fs.resolve("two"), "2");
    elsewhere.call("snapshot", "create", url, "fs.img", "second");
    write(fs.resolve("three"), "3");
    assertThat(here.call("snapshot", "ls", url, "-o", "name").lines())
        .containsExactly("fs.img@first", "fs.img@second");

    for (Path mount : List.of(hereMount, elsewhereMount)) {
      Path snapshots = mount.resolve(".snapshots/fs.img");
      Path first = loopMount(snapshots.resolve("first"), "ro");
      assertThat(names(first)).contains("one").doesNotContain("two", "three");
      Path second = loopMount(snapshots.resolve("second"), "ro");
      assertThat(names(second)).contains("one", "two").doesNotContain("three");
      assertThat(Files.readString(second.resolve("two"))).isEqualTo("2");
    }
    assertThat(names(fs)).contains("one", "two", "three");
  }

  @Test
  void theOwnersSnapshotHasWhatWasNotSynced() throws Exception {
    byte[] text = "not synced".getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile image =
        new RandomAccessFile(hereMount.resolve("raw.img").toFile(), "rw")) {
      image.write(text);
      here.call("snapshot", "create", url, "raw.img", "s");
      image.seek(0);
      image.write("changed!!!".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> here.call("snapshot", "create", url, "raw.img", "s"))
          .as("refused by the owner")
          .hasMessageContaining("has a snapshot \"s\": choose another name");
    }
    for (Path mount : List.of(hereMount, elsewhereMount)) {
      assertThat(Files.readAllBytes(mount.resolve(".snapshots/raw.img/s"))).isEqualTo(text);
    }
  }

  private Path loopMount(Path image, String options) throws Exception {
    Path point = Files.createTempDirectory(folder, "fs");
    Programs.run("mount", "-o", "loop," + options, image.toString(), point.toString());
    loopMounts.push(point);
    return point;
  }

  /**
   * Synced twice: without a journal, syncfs of ext4 writes the inode whose blocks it has just
   * marked as written after its FLUSH (seen by the kernel's block trace in 232 of 300), so only the
   * second one's FLUSH covers it.
   */
  private static void write(Path file, String text) throws Exception {
    Files.writeString(file, text);
    Programs.run("sync", "-f", file.toString());
    Programs.run("sync", "-f", file.toString());
  }

  private static List<String> names(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
