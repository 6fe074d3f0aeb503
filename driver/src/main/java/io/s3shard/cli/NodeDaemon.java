package io.s3shard.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.IdentityService;
import io.s3shard.csi.KubeletRegistration;
import io.s3shard.csi.NodeService;
import io.s3shard.csi.NodeSettings;
import io.s3shard.csi.Plugin;
import io.s3shard.csi.Progress;
import io.s3shard.error.S3ShardException;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running {@code node}. It holds no state of its own but shardd's descriptors, which a living
 * shardd gives to the next one: it may be killed at any time.
 */
final class NodeDaemon {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDaemon.class);

  private static final Duration REGISTER_AGAIN = Duration.ofSeconds(5);

  /** What a process that was killed by SIGKILL ends with. */
  private static final int KILLED = 137;

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  private NodeDaemon() {}

  static NodeDaemon start(NodeOptions options, Endpoint endpoint, HomeStores stores)
      throws IOException {
    NodeDaemon daemon = new NodeDaemon();
    Endpoint shardd = Endpoint.parse(options.sharddSocket);
    UnixChannel channel = new UnixChannel(shardd);
    DescriptorHolder holder =
        DescriptorHolder.start(SharddDaemon.keepSocket(shardd), channel::reconnect);
    NodeSettings settings = settings(options);
    NodeService node =
        new NodeService(
            settings,
            stores,
            Host.of(new HostPrograms()),
            new SharddClient(channel.channel()),
            progress(options.stopAt));
    IdentityService identity =
        new IdentityService(new Plugin(Version.program()), holder::isConnected);
    daemon.parts.add(UnixServer.start(endpoint, List.of(identity, node)));
    daemon.register(options, endpoint);
    daemon.metrics(options, holder);
    daemon.parts.add(holder);
    daemon.parts.add(channel);
    announce(stores, settings.id());
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(daemon::stop));
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

  private void metrics(NodeOptions options, DescriptorHolder holder) throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
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
  private static void announce(HomeStores stores, String id) {
    NodeEntry entry =
        NodeEntry.newBuilder().setNodeId(id).setHostId(ThisHost.identity(id).machine()).build();
    Thread.ofVirtual()
        .name("announce")
        .start(() -> {
          while (true) {
            try {
              stores.register(entry);
              return;
            } catch (S3ShardException e) {
              LOG.warn("node {} can't be made known: {}", id, e.getMessage());
            }
            try {
              Thread.sleep(REGISTER_AGAIN);
            } catch (InterruptedException e) {
              return;
            }
          }
        });
  }

  void await() throws InterruptedException {
    ended.await();
  }

  /** Takes no new calls, lets those that run end. Nothing that is mounted is touched. */
  private void stop() {
    LOG.info("stopping");
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.debug("closing {} failed", part, e);
      }
    }
    ended.countDown();
    Runtime.getRuntime().halt(ExitCode.OK.number());
  }
}
