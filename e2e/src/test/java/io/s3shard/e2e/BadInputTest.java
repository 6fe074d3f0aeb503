package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.PrefixFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What can be got wrong, with the ordinary tools on a real mount and with the built command on a
 * real server. Commands alone, and what servers refuse, are the driver's {@code BadUseTest} and
 * {@code BadBucketTest}.
 */
@Tag("fuse")
class BadInputTest {
  @TempDir Path folder;

  private Bucket bucket;
  private Daemon daemon;
  private Path mountPoint;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    daemon = new Daemon(bucket.environment(), folder);
    mountPoint = Files.createDirectory(folder.resolve("mnt"));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    Programs.tryShell("umount -i -l " + mountPoint);
    bucket.close();
  }

  @Test
  void anImageIsNeverCutOffOrMisnamed() throws Exception {
    Process process = daemon.mount(bucket.url("p"), mountPoint);
    try {
      byte[] content = new byte[3 << 20];
      new Random(1).nextBytes(content);
      Files.write(mountPoint.resolve("a"), content);
      fails("truncate -s 1M a", "Operation not permitted");
      fails(": >a", "Operation not permitted");
      fails("head -c 100 /dev/urandom >small; cp small a", "Operation not permitted");
      fails("truncate -s 65T a", "File too large");
      fails("fallocate -o 64T -l 1M a", "File too large");
      fails("touch $(printf 'x%.0s' $(seq 256))", "File name too long");
      fails("touch $(printf 'é%.0s' $(seq 128))", "File name too long");
      fails("touch $(printf 'a\\377b')", "Invalid or incomplete multibyte");
      fails("touch .snapshots", "Read-only file system");
      fails("mkdir d", "Operation not permitted");
      assertThat(Files.readAllBytes(mountPoint.resolve("a"))).isEqualTo(content);
      assertThat(daemon.log()).contains("/a: an image never shrinks; remove it and make a new one");

      // the dd that made it, once more: it can't cut the image off, and writes its zeros
      Programs.Ended dd = shell("dd if=/dev/zero of=a bs=1M seek=1 count=1 status=none");
      assertThat(dd.err()).contains("failed to truncate").contains("Operation not permitted");
      Arrays.fill(content, 1 << 20, 2 << 20, (byte) 0);
      assertThat(Files.readAllBytes(mountPoint.resolve("a"))).isEqualTo(content);
      try (var names = Files.list(mountPoint)) {
        assertThat(names.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder("a", "small");
      }
    } finally {
      Daemon.kill(process, mountPoint);
    }
  }

  private Programs.Ended shell(String script) throws IOException, InterruptedException {
    return Programs.end(new ProcessBuilder("bash", "-c", "cd " + mountPoint + " && " + script));
  }

  private void fails(String script, String why) throws IOException, InterruptedException {
    Programs.Ended ended = shell(script);
    assertThat(ended.err()).as(script).contains(why);
    assertThat(ended.exit()).as(script).isNotZero();
  }

  @Test
  void aMountThatCanNotBeIsRefusedInOneLine() throws Exception {
    Files.createDirectories(bucket.files("foreign"));
    Files.writeString(bucket.files("foreign").resolve("index.html"), "mine");
    Files.createDirectories(bucket.files("newer"));
    ByteBuffer mark =
        ObjectFormat.encode(
                ObjectFormat.Kind.PREFIX_FORMAT,
                Layout.PREFIX_FORMAT,
                List.of(),
                PrefixFormat.newBuilder().setVersion(9).build().toByteArray())
            .toBuffer();
    byte[] bytes = new byte[mark.remaining()];
    mark.get(bytes);
    Files.write(bucket.files("newer").resolve("s3shard"), bytes);

    refused(
        daemon,
        bucket.url("foreign"),
        6,
        "holds other things (index.html) and no s3shard mark: use an empty prefix");
    refused(
        daemon,
        bucket.url("newer"),
        6,
        "has format version 9, this s3shard knows 1: upgrade s3shard");
    refused(
        daemon,
        "s3://no-such-bucket/p",
        6,
        "there is no such bucket: create it, or check its name and the endpoint");
    Map<String, String> wrong = new TreeMap<>(bucket.environment());
    wrong.put("AWS_SECRET_ACCESS_KEY", "wrong");
    refused(new Daemon(wrong, folder), bucket.url("p"), 6, "check the access key and its secret");
    assertThat(Files.readString(bucket.files("foreign").resolve("index.html"))).isEqualTo("mine");
    try (var left = Files.list(bucket.files("foreign"))) {
      assertThat(left).as("what a refused mount has written").hasSize(1);
    }
  }

  private void refused(Daemon by, String url, int exit, String why)
      throws IOException, InterruptedException {
    Programs.Ended ended = by.tryCall("mount", url, mountPoint.toString());
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .startsWith("s3shard: ")
        .contains(why);
    assertThat(ended.exit()).isEqualTo(exit);
    assertThat(ended.out()).isEmpty();
    assertThat(Daemon.isMounted(mountPoint)).isFalse();
  }
}
