package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.s3shard.proto.csi.v1.Volume;
import io.s3shard.proto.csi.v1.VolumeCapability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What needs more of a kernel than a container or a test machine has: dm-crypt for LUKS, and
 * CAP_SYS_RESOURCE for ext4 that grows while it is mounted. {@code ./dev guest} runs it in a User
 * Mode Linux.
 */
@Tag("guest")
class GuestTest {
  private static final long MIB = 1L << 20;
  private static final VolumeCapability EXT4 = CsiController.MOUNTED;
  private static final Map<String, String> KEY =
      Map.of("encryptionPassphrase", "correct horse battery");

  /** Found in the bucket if and only if it is stored in clear. */
  private static final String PLAINTEXT = "nobody but the owner may read this line. ";

  @TempDir Path folder;

  private Bucket bucket;
  private CsiController controller;
  private ClusterNode node;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    controller = new CsiController(bucket.environment(), folder, bucket.url("home"));
    controller.start();
    node = new ClusterNode(bucket, controller, folder, "node-a");
  }

  @AfterEach
  void leavesNothing() throws Exception {
    try {
      assertThat(NodeTest.mountsOf(folder)).isEmpty();
      assertThat(Programs.run("losetup", "-a")).doesNotContain(folder.toString());
      assertThat(Programs.run("dmsetup", "ls")).contains("No devices found");
    } finally {
      controller.close();
      node.close();
      bucket.close();
      Leftovers.remove(folder);
    }
  }

  private Volume create(String name, Map<String, String> parameters) {
    return controller
        .stub()
        .createVolume(CsiController.wanted(name, 96 * MIB).putAllParameters(parameters).build())
        .getVolume();
  }

  private Volume encrypted(String name) {
    return create(name, Map.of("encryption", "luks2"));
  }

  private void writePlaintext() throws Exception {
    Files.writeString(node.target().resolve("file"), PLAINTEXT.repeat(50_000));
    Programs.run("sync", "-f", node.target().toString());
  }

  private boolean bucketHas(String text) throws IOException {
    try (var files = Files.walk(bucket.files(""))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void theBucketHoldsCiphertextOnly() throws Exception {
    Volume volume = encrypted("pvc-secret");
    node.use(volume, EXT4, KEY);
    writePlaintext();
    node.giveUp(volume);
    assertThat(bucketHas(PLAINTEXT)).isFalse();
    node.use(volume, EXT4, KEY);
    assertThat(node.target().resolve("file")).hasContent(PLAINTEXT.repeat(50_000));
    node.giveUp(volume);

    Volume clear = create("pvc-clear", Map.of());
    node.use(clear, EXT4);
    writePlaintext();
    node.giveUp(clear);
    assertThat(bucketHas(PLAINTEXT)).as("the search finds what is in clear").isTrue();
    assertThat(node.plugin().log()).doesNotContain(KEY.values());
  }

  @Test
  void withoutTheRightKeyNothingIsShownAndNothingChanges() throws Exception {
    Volume volume = encrypted("pvc-secret");
    node.use(volume, EXT4, KEY);
    Files.writeString(node.target().resolve("file"), "contents");
    node.giveUp(volume);
    NodeTest.assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> node.use(volume, EXT4, Map.of("encryptionPassphrase", "another passphrase")));
    assertThat(node.plugin().log()).contains("the passphrase does not open the volume");
    NodeTest.assertStatus(Status.Code.INVALID_ARGUMENT, () -> node.use(volume, EXT4));
    node.giveUp(volume);
    node.use(volume, EXT4, KEY);
    assertThat(node.target().resolve("file")).hasContent("contents");
    node.giveUp(volume);
  }

  @Test
  void anEncryptedVolumeGrowsWhileItIsUsed() throws Exception {
    growsOnline(encrypted("pvc-secret"), "ext4", KEY);
  }

  @Test
  void ext4GrowsWhileItIsUsed() throws Exception {
    growsOnline(create("pvc-clear", Map.of()), "ext4", Map.of());
  }

  @Test
  void anEncryptedRawDeviceIsOneInsideTheContainer() throws Exception {
    Volume volume = encrypted("pvc-raw");
    VolumeCapability how = CsiNode.block();
    node.use(volume, how, KEY);
    Path plain = Files.writeString(folder.resolve("plain"), PLAINTEXT.repeat(5_000));
    Programs.run("dd", "if=" + plain, "of=" + node.target(), "bs=64K", "conv=notrunc,fsync");
    node.giveUp(volume);
    assertThat(bucketHas(PLAINTEXT)).isFalse();
    node.use(volume, how, KEY);
    assertThat(Programs.run("head", "-c", "40", node.target().toString()))
        .isEqualTo(PLAINTEXT.substring(0, 40));
    node.giveUp(volume);
  }

  private void growsOnline(Volume volume, String fsType, Map<String, String> secrets)
      throws Exception {
    node.use(volume, CsiNode.mounted(fsType), secrets);
    Path target = node.target();
    Process fio =
        new ProcessBuilder(
                "fio",
                "--name=grow",
                "--directory=" + target,
                "--size=16m",
                "--bs=4k",
                "--rw=randrw",
                "--rate_iops=50",
                "--fsync=32",
                "--runtime=15",
                "--time_based",
                "--verify=crc32c")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("fio.out").toFile())
            .start();
    Thread.sleep(3000);
    long after = 192 * MIB;
    String id = volume.getVolumeId();
    assertThat(node.plugin().expand(id, target, after)).isEqualTo(after);
    assertThat(fio.isAlive()).as("it grew under load").isTrue();
    assertThat(fio.waitFor()).as(Files.readString(folder.resolve("fio.out"))).isZero();
    assertThat(Files.getFileStore(target).getTotalSpace()).isGreaterThan(after * 7 / 10);
    node.giveUp(volume);
  }
}
