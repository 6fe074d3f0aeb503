package io.s3shard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.s3shard.proto.csi.v1.VolumeContentSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole life of a volume: controller, node and shardd as real processes, on a real bucket. */
@Tag("fuse")
class ControllerTest {
  private static final long MIB = 1L << 20;

  @TempDir Path folder;

  private Bucket bucket;
  private Shardd shardd;
  private CsiNode node;
  private CsiController controller;
  private Path staging;
  private Path target;

  @BeforeEach
  void start() throws Exception {
    bucket = Bucket.start(folder.resolve("bucket"));
    shardd = new Shardd(bucket.environment(), folder);
    shardd.start();
    node = new CsiNode(bucket.environment(), folder, bucket.url("home"));
    node.start();
    controller = new CsiController(bucket.environment(), folder, bucket.url("home"));
    controller.start();
    staging = Files.createDirectory(folder.resolve("staging"));
    target = folder.resolve("target");
  }

  @AfterEach
  void leavesNothing() throws Exception {
    try {
      assertThat(NodeTest.mountsOf(folder)).isEmpty();
      assertThat(Programs.run("losetup", "-a")).doesNotContain(folder.toString());
    } finally {
      controller.close();
      node.close();
      shardd.close();
      bucket.close();
      Leftovers.remove(folder);
    }
  }

  @Test
  void aVolumeIsMadeUsedAndDeleted() throws Exception {
    String volume = controller.create("pvc-1", 64 * MIB).getVolumeId();
    assertThat(controller.create("pvc-1", 64 * MIB).getVolumeId()).isEqualTo(volume);
    VolumeCapability how = CsiController.MOUNTED;
    NodeTest.assertStatus(Status.Code.FAILED_PRECONDITION, () -> node.stage(volume, staging, how));
    assertThat(node.log()).contains("is not attached for writing");
    NodeTest.assertStatus(
        Status.Code.NOT_FOUND, () -> controller.publish(volume, "a-node-that-is-not"));
    controller.publish(volume, "node-a");
    controller.publish(volume, "node-a");
    assertThat(controller.volumes())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.getVolume().getVolumeId()).isEqualTo(volume);
          assertThat(entry.getStatus().getPublishedNodeIdsList()).containsExactly("node-a");
        });
    node.stage(volume, staging, how);
    node.publish(volume, staging, target, how, false);
    Files.writeString(target.resolve("file"), "contents");
    Programs.run("sync", "-f", target.toString());
    String copy = copyOfSnapshot(volume);
    NodeTest.assertStatus(Status.Code.FAILED_PRECONDITION, () -> controller.delete(volume));
    node.unpublish(volume, target);
    node.unstage(volume, staging);
    controller.unpublish(volume, "node-a");
    controller.unpublish(volume, "node-a");
    controller.delete(volume);
    controller.delete(volume);
    holdsTheFile(copy);
    controller.delete(copy);
    assertThat(controller.volumes()).isEmpty();
    assertThat(controller.snapshots()).isEmpty();
    assertThat(dataObjects()).as("all room is given back").isEmpty();
  }

  /** A copy of a snapshot that is deleted before anybody has looked at the copy. */
  private String copyOfSnapshot(String volume) {
    String snapshot = controller.snapshot(volume, "snapshot-1").getSnapshotId();
    assertThat(controller.snapshots())
        .singleElement()
        .satisfies(entry -> assertThat(entry.getSnapshot().getSourceVolumeId()).isEqualTo(volume));
    var wanted = CsiController.wanted("pvc-2", 128 * MIB);
    wanted
        .getVolumeContentSourceBuilder()
        .setSnapshot(VolumeContentSource.SnapshotSource.newBuilder().setSnapshotId(snapshot));
    var copy = controller.stub().createVolume(wanted.build()).getVolume();
    assertThat(copy.getContentSource().getSnapshot().getSnapshotId()).isEqualTo(snapshot);
    assertThat(copy.getCapacityBytes()).isEqualTo(128 * MIB);
    controller.deleteSnapshot(snapshot);
    controller.deleteSnapshot(snapshot);
    return copy.getVolumeId();
  }

  private void holdsTheFile(String volume) throws Exception {
    VolumeCapability how = CsiController.MOUNTED;
    controller.publish(volume, "node-a");
    node.stage(volume, staging, how);
    node.publish(volume, staging, target, how, false);
    assertThat(target.resolve("file")).hasContent("contents");
    assertThat(Files.getFileStore(target).getTotalSpace()).isGreaterThan(90 * MIB);
    node.unpublish(volume, target);
    node.unstage(volume, staging);
    controller.unpublish(volume, "");
  }

  private List<Path> dataObjects() throws Exception {
    try (var files = Files.walk(bucket.files("home/volumes"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> f.toString().contains("/data/"))
          .toList();
    }
  }

  @Test
  void oneNodeWritesManyRead() throws Exception {
    String volume = controller.create("pvc-1", 64 * MIB).getVolumeId();
    controller.publish(volume, "node-a");
    new Announced(bucket).node("node-b");
    NodeTest.assertStatus(
        Status.Code.FAILED_PRECONDITION, () -> controller.publish(volume, "node-b"));
    assertThat(controller.log()).contains("node node-a is attached as the only writer");
    NodeTest.assertStatus(
        Status.Code.ALREADY_EXISTS,
        () -> controller.publish(volume, "node-a", Mode.MULTI_NODE_READER_ONLY));
    controller.unpublish(volume, "node-a");
    controller.publish(volume, "node-a", Mode.MULTI_NODE_READER_ONLY);
    controller.publish(volume, "node-b", Mode.MULTI_NODE_READER_ONLY);
    NodeTest.assertStatus(Status.Code.FAILED_PRECONDITION, () -> controller.delete(volume));
    controller.unpublish(volume, "");
    controller.delete(volume);
  }
}
