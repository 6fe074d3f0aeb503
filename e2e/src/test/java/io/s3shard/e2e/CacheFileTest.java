package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to the cache on the node's disk under a mount that uses it: what is read is what
 * was written, and nothing has to be started again.
 */
@Tag("fuse")
class CacheFileTest {
  @TempDir Path folder;

  private Bucket bucket;
  private Daemon daemon;
  private Path images;

  /** A disk of its own, which can be filled. */
  private Path disk;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    daemon = new Daemon(bucket.environment(), folder);
    images = Files.createDirectory(folder.resolve("s3"));
    disk = Files.createDirectory(folder.resolve("disk"));
    Programs.run("mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk.toString());
  }

  @AfterEach
  void leaveNothing() throws Exception {
    if (Daemon.isMounted(images)) {
      daemon.tryCall("umount", images.toString());
    }
    Programs.tryShell("umount -i -l " + images + "; umount -l " + disk);
    bucket.close();
  }

  @Test
  void itMayBeDamagedDeletedFullOrOfAnotherVersion() throws Exception {
    Process mount = mount();
    daemon.shell("head -c 12M /dev/urandom >" + folder + "/written");
    daemon.shell("dd if=" + folder + "/written of=" + images + "/a bs=1M conv=fsync status=none");
    readsWhatWasWritten("as usual");
    readsWhatWasWritten("once more");
    assertThat(disk("hits")).as("what the disk has answered").isPositive();

    daemon.shell(
        "dd if=/dev/urandom of=" + file() + " bs=1M seek=1 count=23 conv=notrunc status=none");
    readsWhatWasWritten("after other bytes were written over it");
    assertThat(disk("damaged")).isPositive();

    daemon.shell("rm -r " + disk + "/frames; head -c 39M /dev/zero >" + disk + "/other || true");
    readsWhatWasWritten("deleted, and the disk is full");
    daemon.shell("rm " + disk + "/other");
    readsWhatWasWritten("when there is room again");
    assertThat(mount.isAlive()).isTrue();

    daemon.call("umount", images.toString());
    mount.waitFor();
    mount = mount();
    readsWhatWasWritten("begun anew");
    daemon.call("umount", images.toString());
    mount.waitFor();
    daemon.shell("printf '\\377' | dd of=" + file() + " bs=1 seek=8 conv=notrunc status=none");
    mount();
    readsWhatWasWritten("with a file of another version");
    assertThat(disk("limitBytes")).as("in use").isPositive();
  }

  private Process mount() throws IOException, InterruptedException {
    return daemon.mount(
        bucket.url("cache"),
        images,
        "--cache-dir",
        disk.toString(),
        "--cache-size",
        "24MiB",
        "--cache-memory",
        "1MiB");
  }

  private String file() throws IOException, InterruptedException {
    return Programs.run("find", disk.toString(), "-name", "frames-*").strip();
  }

  private void readsWhatWasWritten(String when) throws IOException, InterruptedException {
    Programs.Ended compared =
        daemon.program(
            "bash",
            "-c",
            "cmp <(dd if=%s/a bs=256k iflag=direct status=none) %s/written"
                .formatted(images, folder));
    assertThat(compared.exit()).as("%s: %s", when, compared).isZero();
  }

  private long disk(String figure) throws IOException, InterruptedException {
    return JsonParser.parseString(daemon.stats(images))
        .getAsJsonObject()
        .getAsJsonObject("cache")
        .getAsJsonObject("disk")
        .get(figure)
        .getAsLong();
  }
}
