package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images out of the bucket and in, by the command: files, pipes, block devices, while mounted. */
@Tag("fuse")
class TransferTest {
  @TempDir Path folder;

  private Bucket bucket;
  private String url;
  private Daemon host;
  private Path mount;
  private Process process;

  @BeforeEach
  void fileSystem() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    url = bucket.url("p");
    host = new Daemon(bucket.environment(), Files.createDirectories(folder.resolve("host")));
    mount = Files.createDirectory(folder.resolve("mnt"));
    process = host.mount(url, mount);
    Programs.shell(
        """
        cd %s; mkdir fs; truncate -s 64M mnt/fs.img; mkfs.ext4 -q mnt/fs.img
        mount -o loop mnt/fs.img fs
        head -c 5000000 /dev/urandom > fs/random; mkdir fs/dir; echo text > fs/dir/text; sync -f fs
        (cd fs; find . -type f -exec sha256sum {} + | sort) > sums
        """
            .formatted(folder));
  }

  @AfterEach
  void leavesNothing() throws Exception {
    Programs.tryShell("umount %s/other; umount %s/fs".formatted(folder, folder));
    Daemon.kill(process, mount);
    bucket.close();
  }

  private void isTheSame(String image) throws Exception {
    Programs.shell(
        """
        cd %s; mkdir -p other; mount -o loop %s other
        (cd other; find . -type f -exec sha256sum {} + | sort) | diff sums -
        umount other
        """
            .formatted(folder, image));
  }

  @Test
  void anExportedExt4MountsAnywhereAndComesBackAsItWas() throws Exception {
    JsonObject exported = json("export", url, "fs.img", file("out.img"), "--json");
    assertThat(exported.get("sizeBytes").getAsLong()).isEqualTo(64L << 20);
    assertThat(allocated("out.img")).as("holes").isLessThan(20L << 20);
    assertThat(json("import", url, file("out.img"), "back.img", "--json").get("name").getAsString())
        .isEqualTo("back.img");
    Programs.run("cmp", file("out.img"), mount.resolve("back.img").toString());

    host.shell("s3shard export " + url + " back.img - | s3shard import " + url + " - piped.img");
    Programs.run("cmp", file("out.img"), mount.resolve("piped.img").toString());
    // last: mounting it replays its journal
    isTheSame("out.img");
    assertThat(host.call("ls", url, "-o", "name").lines())
        .containsExactly("back.img", "fs.img", "piped.img");
    assertThat(host.call("info", url, "fs.img", "--json")).contains("\"pinned\": []");
  }

  @Test
  void aSnapshotGoesToABlockDeviceAndComesBackFromIt() throws Exception {
    host.call("snapshot", "create", url, "fs.img", "s");
    Programs.shell("rm -r %s/fs/*; sync -f %s/fs".formatted(folder, folder));
    String device =
        Programs.shell(
                "cd %s; head -c 70M /dev/urandom > dirty; losetup -f --show dirty"
                    .formatted(folder))
            .strip();
    try {
      assertThat(host.tryCall("export", url, "fs.img@s", device).err()).contains("--overwrite");
      host.call("export", url, "fs.img@s", device, "--overwrite");
      Programs.run("cmp", "-n", "64MiB", device, mount.resolve(".snapshots/fs.img/s").toString());
      assertThat(allocated("dirty")).as("discarded").isLessThan(26L << 20);
      host.call("import", url, device, "device.img");
      Programs.run("cmp", device, mount.resolve("device.img").toString());
      isTheSame(device);

      Programs.shell("cd %s; mkdir -p other; mount %s other".formatted(folder, device));
      assertThat(host.tryCall("export", url, "fs.img", device, "--overwrite").err())
          .contains("is mounted at");
      Programs.shell("umount %s/other".formatted(folder));
    } finally {
      Programs.run("losetup", "-d", device);
    }
  }

  private JsonObject json(String... arguments) throws Exception {
    return JsonParser.parseString(host.call(arguments)).getAsJsonObject();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private long allocated(String name) throws IOException, InterruptedException {
    return 512 * Long.parseLong(Programs.run("stat", "-c", "%b", file(name)).strip());
  }
}
