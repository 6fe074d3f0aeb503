package io.s3shard.e2e;

import io.s3shard.proto.csi.v1.CapacityRange;
import io.s3shard.proto.csi.v1.IdentityGrpc;
import io.s3shard.proto.csi.v1.NodeExpandVolumeRequest;
import io.s3shard.proto.csi.v1.NodeGetVolumeStatsRequest;
import io.s3shard.proto.csi.v1.NodeGetVolumeStatsResponse;
import io.s3shard.proto.csi.v1.NodeGrpc;
import io.s3shard.proto.csi.v1.NodeGrpc.NodeBlockingStub;
import io.s3shard.proto.csi.v1.NodePublishVolumeRequest;
import io.s3shard.proto.csi.v1.NodeStageVolumeRequest;
import io.s3shard.proto.csi.v1.NodeUnpublishVolumeRequest;
import io.s3shard.proto.csi.v1.NodeUnstageVolumeRequest;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import io.s3shard.rpc.Endpoint;
import io.s3shard.rpc.UnixChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code node} as a process of its own, and a kubelet that speaks to it. */
final class CsiNode implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Map<String, String> environment;
  private final Path folder;
  private final String home;
  private final Endpoint endpoint;
  private final UnixChannel channel;
  private Process process;

  /**
   * @param folder where shardd has its socket and shows volumes
   */
  CsiNode(Map<String, String> environment, Path folder, String home) {
    this.environment = environment;
    this.folder = folder;
    this.home = home;
    this.endpoint = new Endpoint(folder.resolve("csi.sock"));
    this.channel = new UnixChannel(endpoint);
  }

  void start(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("node", "--home", home));
    arguments.addAll(List.of("--csi-endpoint", endpoint.toString()));
    arguments.addAll(List.of("--socket", folder.resolve("shardd.sock").toString()));
    arguments.addAll(List.of("--volumes-dir", folder.resolve("volumes").toString()));
    arguments.addAll(List.of("--node-id", "node-a"));
    arguments.addAll(List.of(options));
    List<String> command = AnotherJvm.command("io.s3shard.cli.Main", arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("node.log").toFile()));
    process = builder.start();
  }

  Process process() {
    return process;
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("node.log"));
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  NodeBlockingStub stub() {
    channel.reconnect();
    return NodeGrpc.newBlockingStub(channel.channel())
        .withWaitForReady()
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  IdentityGrpc.IdentityBlockingStub identity() {
    channel.reconnect();
    return IdentityGrpc.newBlockingStub(channel.channel())
        .withWaitForReady()
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static VolumeCapability mounted(String fsType) {
    return VolumeCapability.newBuilder()
        .setMount(VolumeCapability.MountVolume.newBuilder().setFsType(fsType))
        .setAccessMode(mode(Mode.SINGLE_NODE_MULTI_WRITER))
        .build();
  }

  static VolumeCapability block() {
    return VolumeCapability.newBuilder()
        .setBlock(VolumeCapability.BlockVolume.getDefaultInstance())
        .setAccessMode(mode(Mode.SINGLE_NODE_MULTI_WRITER))
        .build();
  }

  static VolumeCapability.AccessMode mode(Mode mode) {
    return VolumeCapability.AccessMode.newBuilder().setMode(mode).build();
  }

  NodeStageVolumeRequest.Builder staging(String volume, Path staging, VolumeCapability how) {
    return NodeStageVolumeRequest.newBuilder()
        .setVolumeId(volume)
        .setStagingTargetPath(staging.toString())
        .setVolumeCapability(how);
  }

  void stage(String volume, Path staging, VolumeCapability how) {
    stub().nodeStageVolume(staging(volume, staging, how).build());
  }

  void unstage(String volume, Path staging) {
    stub()
        .nodeUnstageVolume(
            NodeUnstageVolumeRequest.newBuilder()
                .setVolumeId(volume)
                .setStagingTargetPath(staging.toString())
                .build());
  }

  void publish(String volume, Path staging, Path target, VolumeCapability how, boolean readOnly) {
    stub()
        .nodePublishVolume(
            NodePublishVolumeRequest.newBuilder()
                .setVolumeId(volume)
                .setStagingTargetPath(staging.toString())
                .setTargetPath(target.toString())
                .setVolumeCapability(how)
                .setReadonly(readOnly)
                .build());
  }

  void unpublish(String volume, Path target) {
    stub()
        .nodeUnpublishVolume(
            NodeUnpublishVolumeRequest.newBuilder()
                .setVolumeId(volume)
                .setTargetPath(target.toString())
                .build());
  }

  long expand(String volume, Path path, long bytes) {
    return stub()
        .nodeExpandVolume(
            NodeExpandVolumeRequest.newBuilder()
                .setVolumeId(volume)
                .setVolumePath(path.toString())
                .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(bytes))
                .build())
        .getCapacityBytes();
  }

  NodeGetVolumeStatsResponse stats(String volume, Path path) {
    return stub()
        .nodeGetVolumeStats(
            NodeGetVolumeStatsRequest.newBuilder()
                .setVolumeId(volume)
                .setVolumePath(path.toString())
                .build());
  }

  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      kill();
    }
    channel.close();
  }
}
