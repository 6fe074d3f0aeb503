package io.s3shard.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.IdentityService;
import io.s3shard.csi.KubeletRegistration;
import io.s3shard.csi.NodeService;
import io.s3shard.csi.NodeSettings;
import io.s3shard.csi.Plugin;
import io.s3shard.csi.Progress;
import io.s3shard.execution.Execution;
import io.s3shard.fuse.OneFileSystem;
import io.s3shard.host.Host;
import io.s3shard.host.HostPrograms;
import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.rpc.Endpoint;
import io.s3shard.rpc.UnixChannel;
import io.s3shard.rpc.UnixServer;
import io.s3shard.shardd.DescriptorHolder;
import io.s3shard.shardd.SharddClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running {@code node}. It holds no state of its own but shardd's descriptors, which a living
 * shardd gives to the next one: it may be killed at any time.
 */
final class NodeDaemon {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDaemon.class);

  /** What a process that was killed by SIGKILL ends with. */
  private static final int KILLED = 137;

  private final Parts parts = new Parts();

  private NodeDaemon() {}

  /**
   * @param controller on the same socket
   * @param behind what is closed last
   */
  static NodeDaemon start(
      NodeOptions options,
      Endpoint endpoint,
      HomeStores stores,
      PrometheusMeterRegistry registry,
      Optional<Controllers.Services> controller,
      Execution execution,
      Parts behind)
      throws IOException {
    NodeDaemon daemon = new NodeDaemon();
    Endpoint shardd = Endpoint.parse(options.sharddSocket);
    UnixChannel channel = new UnixChannel(shardd);
    DescriptorHolder holder =
        DescriptorHolder.start(SharddDaemon.keepSocket(shardd), channel::reconnect);
    NodeSettings settings = settings(options);
    SharddClient client = new SharddClient(channel.channel());
    NodeService node =
        new NodeService(
            settings, stores, Host.of(new HostPrograms()), client, progress(options.stopAt));
    IdentityService identity =
        new IdentityService(new Plugin(Version.program()), holder::isConnected);
    daemon.parts.add(
        controller.isEmpty()
            ? UnixServer.start(endpoint, List.of(identity, node))
            : UnixServer.start(
                endpoint,
                List.of(identity, node, controller.get().volumes(), controller.get().groups())));
    daemon.register(options, endpoint);
    daemon.metrics(options, holder, registry);
    daemon.parts.add(holder);
    daemon.parts.add(channel);
    daemon.parts.add(behind::closeAll);
    announce(stores, settings);
    if (options.kubernetes) {
      String name = options.kubernetesNode;
      daemon.parts.add(
          ClusterNode.start(name == null ? settings.id() : name, client, registry, execution));
    }
    daemon.parts.closeWhenTold();
    LOG.info("node {} serves {}", settings.id(), endpoint);
    return daemon;
  }

  private static NodeSettings settings(NodeOptions options) throws IOException {
    Files.createDirectories(options.volumesDir);
    String id = options.nodeId;
    return new NodeSettings(
        id == null || id.isEmpty() ? ThisHost.identity("").node() : id,
        options.volumesDir.toRealPath(),
        OneFileSystem.NAME,
        options.maxVolumes);
  }

  private static Progress progress(@Nullable String stopAt) {
    if (stopAt == null) {
      return Progress.SILENT;
    }
    return step -> {
      if (step.equals(stopAt)) {
        LOG.warn("stopped at {}", step);
        Runtime.getRuntime().halt(KILLED);
      }
    };
  }

  private void register(NodeOptions options, Endpoint endpoint) {
    if (options.noRegistration) {
      return;
    }
    if (!Files.isDirectory(options.registrationDir)) {
      LOG.warn("no kubelet: {} is not there, so nobody is told of us", options.registrationDir);
      return;
    }
    String seen = options.kubeletEndpoint;
    Path socket = options.registrationDir.resolve(Plugin.NAME + "-reg.sock").toAbsolutePath();
    parts.add(
        UnixServer.start(
            new Endpoint(socket),
            List.of(new KubeletRegistration(seen == null ? endpoint.path().toString() : seen))));
  }

  private void metrics(
      NodeOptions options, DescriptorHolder holder, PrometheusMeterRegistry registry)
      throws IOException {
    Gauge.builder("s3shard.node.descriptors", holder, DescriptorHolder::count).register(registry);
    Gauge.builder("s3shard.node.shardd.connected", holder, h -> h.isConnected() ? 1 : 0)
        .register(registry);
    if (options.metricsPort != null) {
      parts.add(
          MetricsServer.start(
              options.metricsAddress,
              options.metricsPort,
              registry,
              () -> holder.isConnected() ? "" : "no shardd answers at " + options.sharddSocket));
    }
  }

  /** Controllers must know that there is such a node; the kubelet need not wait for it. */
  private static void announce(HomeStores stores, NodeSettings settings) {
    NodeEntry entry =
        NodeEntry.newBuilder()
            .setNodeId(settings.id())
            .setHostId(ThisHost.identity(settings.id()).machine())
            .setMaxVolumes(settings.maxVolumes())
            .build();
    UntilItWorks.start(
        "making node " + settings.id() + " known", () -> stores.home().register(entry));
  }

  /**
   * Returns when it was told to end, and has: it takes no new calls and lets those that run end.
   */
  void await() throws InterruptedException {
    parts.await();
  }
}
