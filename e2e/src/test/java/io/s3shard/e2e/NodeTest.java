package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.s3shard.proto.csi.v1.GetPluginInfoRequest;
import io.s3shard.proto.csi.v1.NodeGetInfoRequest;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.s3shard.proto.csi.v1.VolumeUsage;
import io.s3shard.proto.v1.StoreLocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A volume's life on a node, by CSI calls to a real process, on real devices and mounts. */
@Tag("fuse")
class NodeTest {
  private static final long MIB = 1L << 20;

  @TempDir Path folder;

  private Bucket bucket;
  private Shardd shardd;
  private CsiNode node;
  private String store;
  private Path staging;
  private Path target;
  private String volume = "";

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    shardd = new Shardd(bucket.environment(), folder);
    shardd.start();
    node = new CsiNode(bucket.environment(), folder, bucket.url("home"));
    node.start();
    store = register();
    staging = Files.createDirectory(folder.resolve("staging"));
    target = folder.resolve("target");
  }

  /** As a controller does: the place of the volumes becomes known in the home prefix. */
  private String register() {
    return new Announced(bucket)
        .in(home ->
            home.register(
                StoreLocation.newBuilder()
                    .setBucket("bucket")
                    .setPrefix("p")
                    .setEndpoint(bucket.environment().get("AWS_ENDPOINT_URL"))
                    .setRegion("us-east-1")
                    .build()));
  }

  private String create(String name, long bytes) throws Exception {
    Daemon command = new Daemon(bucket.environment(), folder);
    String made = command.call("create", "--json", "--size", bytes + "B", bucket.url("p"), name);
    return store + "-" + JsonParser.parseString(made).getAsJsonObject().get("id").getAsString();
  }

  @AfterEach
  void leavesNothing() throws Exception {
    try {
      if (!volume.isEmpty() && node.process().isAlive()) {
        node.unpublish(volume, target);
        node.unstage(volume, staging);
      }
      assertThat(mountsOf(folder)).isEmpty();
      assertThat(Programs.run("losetup", "-a")).doesNotContain(folder.toString());
    } finally {
      node.close();
      shardd.close();
      bucket.close();
      Leftovers.remove(folder);
    }
  }

  @Test
  void whoItIs() {
    assertThat(node.identity().getPluginInfo(GetPluginInfoRequest.getDefaultInstance()).getName())
        .isEqualTo("csi.s3shard.io");
    assertThat(node.stub().nodeGetInfo(NodeGetInfoRequest.getDefaultInstance()).getNodeId())
        .isEqualTo("node-a");
  }

  @Test
  void ext4IsMadeOnceAndGrowsAtTheNextStage() throws Exception {
    volume = create("ext4", 64 * MIB);
    VolumeCapability how = CsiNode.mounted("ext4");
    for (int repeat = 0; repeat < 2; repeat++) {
      node.stage(volume, staging, how);
      node.publish(volume, staging, target, how, false);
    }
    Files.writeString(target.resolve("file"), "contents");
    assertThat(mountsOf(folder)).as("staged and published, once each").hasSize(3);
    assertThat(node.stats(volume, target).getUsageList())
        .extracting(VolumeUsage::getUnit)
        .containsExactly(VolumeUsage.Unit.BYTES, VolumeUsage.Unit.INODES);
    assertStatus(
        Status.Code.ALREADY_EXISTS, () -> node.publish(volume, staging, target, how, true));
    assertStatus(
        Status.Code.ALREADY_EXISTS, () -> node.stage(volume, staging, CsiNode.mounted("xfs")));
    node.unpublish(volume, target);
    assertThat(target).doesNotExist();
    node.unpublish(volume, target);
    node.unstage(volume, staging);
    node.unstage(volume, staging);
    assertThat(mountsOf(folder)).isEmpty();
    grow("ext4", 128 * MIB);
    node.stage(volume, staging, how);
    node.publish(volume, staging, target, how, true);
    assertThat(target.resolve("file")).hasContent("contents");
    assertThat(Files.getFileStore(target).getTotalSpace()).isGreaterThan(90 * MIB);
    assertThatThrownBy(() -> Files.writeString(target.resolve("other"), "x"))
        .hasMessageContaining("Read-only");
  }

  private void grow(String name, long bytes) throws Exception {
    Daemon command = new Daemon(bucket.environment(), folder);
    command.call("resize", bucket.url("p"), name, bytes + "B");
  }

  @Test
  void xfsGrowsWhileItIsUsed() throws Exception {
    growsOnline("xfs", 320 * MIB, 640 * MIB);
  }

  @Test
  void btrfsGrowsWhileItIsUsed() throws Exception {
    growsOnline("btrfs", 256 * MIB, 512 * MIB);
  }

  private void growsOnline(String fsType, long before, long after) throws Exception {
    volume = create(fsType, before);
    VolumeCapability how = CsiNode.mounted(fsType);
    node.stage(volume, staging, how);
    node.publish(volume, staging, target, how, false);
    Process fio =
        new ProcessBuilder(
                "fio",
                "--name=grow",
                "--directory=" + target,
                "--size=32m",
                "--bs=4k",
                "--rw=randrw",
                "--rate_iops=300",
                "--fsync=32",
                "--runtime=8",
                "--time_based",
                "--verify=crc32c")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("fio.out").toFile())
            .start();
    Thread.sleep(1000);
    assertThat(node.expand(volume, target, after)).isEqualTo(after);
    assertThat(node.expand(volume, target, before)).as("never shrinks").isEqualTo(after);
    assertThat(fio.waitFor()).as(Files.readString(folder.resolve("fio.out"))).isZero();
    assertThat(Files.getFileStore(target).getTotalSpace()).isGreaterThan(after * 8 / 10);
  }

  @Test
  void aRawBlockVolumeIsADevice() throws Exception {
    volume = create("block", 32 * MIB);
    VolumeCapability how = CsiNode.block();
    node.stage(volume, staging, how);
    node.stage(volume, staging, how);
    node.publish(volume, staging, target, how, false);
    node.publish(volume, staging, target, how, false);
    assertThat(Programs.run("stat", "-c", "%F", target.toString()).strip())
        .isEqualTo("block special file");
    Programs.run("dd", "if=/dev/urandom", "of=" + target, "bs=1M", "count=2", "oflag=direct");
    assertThat(node.stats(volume, target).getUsage(0).getTotal()).isEqualTo(32 * MIB);
    assertThat(node.expand(volume, target, 48 * MIB)).isEqualTo(48 * MIB);
    assertThat(node.stats(volume, target).getUsage(0).getTotal()).isEqualTo(48 * MIB);
    assertStatus(
        Status.Code.ALREADY_EXISTS,
        () -> node.stub().nodeStageVolume(staged(CsiNode.mounted("ext4"), true)));
    node.unpublish(volume, target);
    node.unstage(volume, staging);
    assertStatus(Status.Code.INTERNAL, () -> node.stage(volume, staging, CsiNode.mounted("ext4")));
    assertThat(node.log()).contains("holds data that no program knows: it is not formatted");
  }

  private io.s3shard.proto.csi.v1.NodeStageVolumeRequest staged(
      VolumeCapability how, boolean reader) {
    Mode mode = reader ? Mode.SINGLE_NODE_READER_ONLY : Mode.SINGLE_NODE_WRITER;
    return node.staging(volume, staging, how.toBuilder().setAccessMode(CsiNode.mode(mode)).build())
        .build();
  }

  /** Each step after which the plugin is ended. */
  private static final List<String> STEPS =
      List.of(
          "stage.mkfs", // of the first life only
          "stage.open",
          "stage.loop",
          "stage.device",
          "stage.mount",
          "stage.done",
          "publish.target",
          "publish.bind",
          "unpublish.umount",
          "unpublish.done",
          "unstage.sync",
          "unstage.umount",
          "unstage.loop",
          "unstage.close");

  @Test
  void aKilledCallIsCompletedByTheSameCallAgain() throws Exception {
    String killed = create("killed", 64 * MIB);
    VolumeCapability how = CsiNode.mounted("ext4");
    List<Runnable> life =
        List.of(
            () -> node.stage(killed, staging, how),
            () -> node.publish(killed, staging, target, how, false),
            () -> node.unpublish(killed, target),
            () -> node.unstage(killed, staging));
    for (String step : STEPS) {
      node.kill();
      node.start("--stop-at", step);
      int ends = 0;
      for (Runnable call : life) {
        try {
          call.run();
        } catch (StatusRuntimeException e) {
          assertThat(node.process().waitFor()).as(step + ": " + e.getMessage()).isEqualTo(137);
          ends++;
          node.start();
          call.run();
        }
      }
      assertThat(ends).as(step + " is reached").isEqualTo(1);
      assertThat(mountsOf(folder)).as(step).isEmpty();
      assertThat(Programs.run("losetup", "-a")).as(step).doesNotContain(folder.toString());
      assertThat(shardd.volumes()).as(step).isEmpty();
    }
  }

  @Test
  void onePodAtATime() throws Exception {
    volume = create("alone", 64 * MIB);
    VolumeCapability how =
        CsiNode.mounted("ext4").toBuilder()
            .setAccessMode(CsiNode.mode(Mode.SINGLE_NODE_SINGLE_WRITER))
            .build();
    node.stage(volume, staging, how);
    node.publish(volume, staging, target, how, false);
    Path second = folder.resolve("second");
    assertStatus(
        Status.Code.FAILED_PRECONDITION, () -> node.publish(volume, staging, second, how, false));
    assertThat(second).doesNotExist();
    node.publish(volume, staging, second, CsiNode.mounted("ext4"), false);
    node.unpublish(volume, second);
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    String ours = create("wrong", 64 * MIB);
    VolumeCapability how = CsiNode.mounted("ext4");
    String unknown = store + "-" + "0".repeat(32);
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> node.stage("", staging, how));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        () -> node.stage("fake", staging, VolumeCapability.getDefaultInstance()));
    assertStatus(Status.Code.NOT_FOUND, () -> node.stage("fake-vol-id", staging, how));
    assertStatus(Status.Code.NOT_FOUND, () -> node.stage(unknown, staging, how));
    assertStatus(
        Status.Code.NOT_FOUND,
        () -> node.stage("f".repeat(16) + unknown.substring(16), staging, how));
    assertStatus(Status.Code.INVALID_ARGUMENT, () -> node.stage(ours, Path.of("a/../b"), how));
    assertStatus(
        Status.Code.INVALID_ARGUMENT, () -> node.stage(ours, staging, CsiNode.mounted("ntfs")));
    assertStatus(
        Status.Code.FAILED_PRECONDITION, () -> node.publish(ours, staging, target, how, false));
    assertStatus(Status.Code.NOT_FOUND, () -> node.stats(ours, Path.of("some/path")));
    assertStatus(Status.Code.NOT_FOUND, () -> node.expand(ours, Path.of("some/path"), 0));
    assertStatus(Status.Code.NOT_FOUND, () -> node.stats("fake", target));
    node.unpublish("fake", target);
    node.unstage(unknown, staging);
    assertThat(mountsOf(folder)).isEmpty();
  }

  @Test
  void secretsAreInNoLog() throws Exception {
    volume = create("secret", 64 * MIB);
    VolumeCapability how = CsiNode.mounted("ext4");
    Map<String, String> environment = bucket.environment();
    node.stub()
        .nodeStageVolume(
            node.staging(volume, staging, how)
                .putSecrets("accessKeyId", environment.get("AWS_ACCESS_KEY_ID"))
                .putSecrets("secretAccessKey", environment.get("AWS_SECRET_ACCESS_KEY"))
                .build());
    String secret = environment.get("AWS_SECRET_ACCESS_KEY");
    assertThat(node.log()).contains("NodeStageVolume").contains(volume).doesNotContain(secret);
    assertThat(shardd.log()).contains("OpenVolume").doesNotContain(secret);
  }

  static void assertStatus(Status.Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code));
  }

  static Set<String> mountsOf(Path folder) throws Exception {
    try (var lines = Files.lines(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.contains(" " + folder + "/"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
