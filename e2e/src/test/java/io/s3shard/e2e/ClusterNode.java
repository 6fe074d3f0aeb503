package io.s3shard.e2e;

import io.s3shard.proto.csi.v1.NodeGetInfoRequest;
import io.s3shard.proto.csi.v1.Volume;
import io.s3shard.proto.csi.v1.VolumeCapability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A node of a cluster: its plugin and its shardd as processes, and where a kubelet has it mount.
 */
final class ClusterNode {
  private final CsiController controller;
  private final String name;
  private final Shardd shardd;
  private final CsiNode node;
  private final Path staging;
  private final Path target;

  /**
   * Starts it, and waits until controllers know it.
   *
   * @param folder where it gets a folder of its own
   */
  ClusterNode(Bucket bucket, CsiController controller, Path folder, String name)
      throws IOException {
    this.controller = controller;
    this.name = name;
    Path home = Files.createDirectory(folder.resolve(name));
    shardd = new Shardd(bucket.environment(), home);
    shardd.start();
    node = new CsiNode(bucket.environment(), home, bucket.url("home"));
    node.start("--node-id", name);
    staging = Files.createDirectory(home.resolve("staging"));
    target = home.resolve("target");
    node.stub().nodeGetInfo(NodeGetInfoRequest.getDefaultInstance());
  }

  String name() {
    return name;
  }

  CsiNode plugin() {
    return node;
  }

  /** Where a pod would have the volume. */
  Path target() {
    return target;
  }

  /** Attaches, stages and publishes it. */
  void use(Volume volume, VolumeCapability how, Map<String, String> secrets) {
    controller.publish(volume.getVolumeId(), name);
    node.stub()
        .nodeStageVolume(
            node.staging(volume.getVolumeId(), staging, how)
                .putAllVolumeContext(volume.getVolumeContextMap())
                .putAllSecrets(secrets)
                .build());
    node.publish(volume.getVolumeId(), staging, target, how, false);
  }

  void use(Volume volume, VolumeCapability how) {
    use(volume, how, Map.of());
  }

  /** Unpublishes and unstages it; it stays attached. */
  void giveUp(Volume volume) {
    node.unpublish(volume.getVolumeId(), target);
    node.unstage(volume.getVolumeId(), staging);
  }

  /** To both processes. */
  void signal(String signal) throws Exception {
    for (Process process : new Process[] {shardd.process(), node.process()}) {
      Programs.run("kill", "-" + signal, String.valueOf(process.pid()));
    }
  }

  void close() throws Exception {
    signal("CONT");
    node.close();
    shardd.close();
  }
}
