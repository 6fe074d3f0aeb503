package io.s3shard.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen for {@code node}. */
final class NodeOptions {
  @Option(
      names = "--socket",
      paramLabel = "SOCKET",
      description = "Where shardd listens (default: unix:///run/s3shard/shardd.sock).")
  String sharddSocket = "unix:///run/s3shard/shardd.sock";

  @Option(
      names = "--volumes-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description = "Where shardd shows volumes as files (default: /run/s3shard/volumes).")
  Path volumesDir = Path.of("/run/s3shard/volumes");

  @Option(
      names = "--node-id",
      paramLabel = "NAME",
      description =
          "What this node is called: unique over all clusters that share a bucket (default: the host's name).")
  @Nullable String nodeId;

  @Option(
      names = "--max-volumes",
      paramLabel = "N",
      description =
          "How many volumes may be attached to this node (default: 64, as shardd's: each needs 8MiB of"
              + " arena and up to 9MiB of buffers).")
  int maxVolumes = 64;

  @Option(
      names = "--registration-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description =
          "The kubelet's registry of plugins, to register without a registrar (default:"
              + " /var/lib/kubelet/plugins_registry).")
  Path registrationDir = Path.of("/var/lib/kubelet/plugins_registry");

  @Option(
      names = "--no-registration",
      description = "Don't register with the kubelet: a registrar does.")
  boolean noRegistration;

  @Option(
      names = "--kubelet-endpoint",
      paramLabel = "PATH",
      description =
          "The CSI socket's path as the kubelet sees it (default: that of --csi-endpoint).")
  @Nullable String kubeletEndpoint;

  @Option(
      names = "--controller",
      description =
          "Serve the controller on the same socket: for a cluster of one node, and for tests.")
  boolean controller;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve Prometheus metrics, /healthz and /readyz there.")
  @Nullable Integer metricsPort;

  @Option(
      names = "--metrics-address",
      paramLabel = "ADDRESS",
      description = "On which address (default: 127.0.0.1).")
  String metricsAddress = "127.0.0.1";

  @Option(
      names = "--kubernetes",
      description =
          "Tell the cluster what concerns it: take the taint csi.s3shard.io/agent-not-ready from the node when its"
              + " volumes can be mounted; write events about volumes on their pods and claims.")
  boolean kubernetes;

  @Option(
      names = "--kubernetes-node",
      paramLabel = "NAME",
      description = "What Kubernetes calls this node (default: that of --node-id).")
  @Nullable String kubernetesNode;

  /** For tests: the process ends at once when this step of a call has been done. */
  @Option(names = "--stop-at", hidden = true)
  @Nullable String stopAt;
}
