package io.s3shard.e2e;

import io.s3shard.proto.csi.v1.CapacityRange;
import io.s3shard.proto.csi.v1.ControllerGrpc;
import io.s3shard.proto.csi.v1.ControllerGrpc.ControllerBlockingStub;
import io.s3shard.proto.csi.v1.ControllerPublishVolumeRequest;
import io.s3shard.proto.csi.v1.ControllerUnpublishVolumeRequest;
import io.s3shard.proto.csi.v1.CreateSnapshotRequest;
import io.s3shard.proto.csi.v1.CreateVolumeRequest;
import io.s3shard.proto.csi.v1.DeleteSnapshotRequest;
import io.s3shard.proto.csi.v1.DeleteVolumeRequest;
import io.s3shard.proto.csi.v1.ListSnapshotsRequest;
import io.s3shard.proto.csi.v1.ListSnapshotsResponse;
import io.s3shard.proto.csi.v1.ListVolumesRequest;
import io.s3shard.proto.csi.v1.ListVolumesResponse;
import io.s3shard.proto.csi.v1.Snapshot;
import io.s3shard.proto.csi.v1.Volume;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.s3shard.rpc.Endpoint;
import io.s3shard.rpc.UnixChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code controller} as a process of its own, and sidecars that speak to it. */
final class CsiController implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  /** As Kubernetes asks for ReadWriteOnce. */
  static final VolumeCapability MOUNTED = CsiNode.mounted("ext4");

  private final Map<String, String> environment;
  private final Path folder;
  private final String home;
  private final Endpoint endpoint;
  private final UnixChannel channel;
  private Process process;

  CsiController(Map<String, String> environment, Path folder, String home) {
    this.environment = environment;
    this.folder = folder;
    this.home = home;
    this.endpoint = new Endpoint(folder.resolve("controller.sock"));
    this.channel = new UnixChannel(endpoint);
  }

  void start() throws IOException {
    List<String> command =
        AnotherJvm.command(
            "io.s3shard.cli.Main",
            List.of(
                "controller",
                "--home",
                home,
                "--csi-endpoint",
                endpoint.toString(),
                "--controller-dir",
                folder.resolve("authorities").toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.redirectOutput(
        ProcessBuilder.Redirect.appendTo(folder.resolve("controller.log").toFile()));
    process = builder.start();
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("controller.log"));
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  ControllerBlockingStub stub() {
    channel.reconnect();
    return ControllerGrpc.newBlockingStub(channel.channel())
        .withWaitForReady()
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static CreateVolumeRequest.Builder wanted(String name, long bytes) {
    return CreateVolumeRequest.newBuilder()
        .setName(name)
        .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(bytes))
        .addVolumeCapabilities(MOUNTED);
  }

  Volume create(String name, long bytes) {
    return stub().createVolume(wanted(name, bytes).build()).getVolume();
  }

  void delete(String volume) {
    stub().deleteVolume(DeleteVolumeRequest.newBuilder().setVolumeId(volume).build());
  }

  Map<String, String> publish(String volume, String node) {
    return publish(volume, node, Mode.SINGLE_NODE_MULTI_WRITER);
  }

  Map<String, String> publish(String volume, String node, Mode mode) {
    return stub()
        .controllerPublishVolume(
            ControllerPublishVolumeRequest.newBuilder()
                .setVolumeId(volume)
                .setNodeId(node)
                .setVolumeCapability(MOUNTED.toBuilder().setAccessMode(CsiNode.mode(mode)))
                .build())
        .getPublishContextMap();
  }

  void unpublish(String volume, String node) {
    stub()
        .controllerUnpublishVolume(
            ControllerUnpublishVolumeRequest.newBuilder()
                .setVolumeId(volume)
                .setNodeId(node)
                .build());
  }

  Snapshot snapshot(String volume, String name) {
    return stub()
        .createSnapshot(
            CreateSnapshotRequest.newBuilder().setSourceVolumeId(volume).setName(name).build())
        .getSnapshot();
  }

  void deleteSnapshot(String snapshot) {
    stub().deleteSnapshot(DeleteSnapshotRequest.newBuilder().setSnapshotId(snapshot).build());
  }

  List<ListVolumesResponse.Entry> volumes() {
    return stub().listVolumes(ListVolumesRequest.getDefaultInstance()).getEntriesList();
  }

  List<ListSnapshotsResponse.Entry> snapshots() {
    return stub().listSnapshots(ListSnapshotsRequest.getDefaultInstance()).getEntriesList();
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill();
    }
    channel.close();
  }
}
