package io.s3shard.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.error.StoreRefused;
import io.s3shard.execution.Execution;
import io.s3shard.rpc.Endpoint;
import io.s3shard.rpc.UnixServer;
import io.s3shard.shardd.Holders;
import io.s3shard.shardd.ServedVolumes;
import io.s3shard.shardd.SharddService;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running {@code shardd}. Told to end, it commits what it can and is gone without unmounting
 * anything: the next one goes on.
 */
final class SharddDaemon {
  private static final Logger LOG = LoggerFactory.getLogger(SharddDaemon.class);

  private final ServedVolumes volumes;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Held until the process ends. */
  private final FileLock alone;

  private SharddDaemon(ServedVolumes volumes, FileLock alone) {
    this.volumes = volumes;
    this.alone = alone;
  }

  /**
   * Begins to serve. Another one that serves the same socket is waited for: so its successor can be
   * started before it is told to end.
   */
  static SharddDaemon start(SharddOptions options, Execution execution) throws IOException {
    Endpoint endpoint = Endpoint.parse(options.socket);
    Files.createDirectories(options.volumesDir);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ShardStores stores = new ShardStores(options, execution, registry);
    stores.cache().register(registry);
    FileLock alone = alone(endpoint.path());
    Holders holders = Holders.at(keepSocket(endpoint));
    ServedVolumes volumes =
        new ServedVolumes(options.volumesDir.toRealPath(), stores, holders, options.maxVolumes);
    Gauge.builder("s3shard.shardd.volumes", volumes, ServedVolumes::count).register(registry);
    Gauge.builder("s3shard.shardd.held", holders, h -> h.present() ? 1 : 0).register(registry);
    SharddDaemon daemon = new SharddDaemon(volumes, alone);
    holders.start(volumes);
    UnixServer.start(
        endpoint, List.of(new SharddService(volumes, Version.program(), holders::present)));
    if (options.metricsPort != null) {
      MetricsServer.start(
          options.metricsAddress, options.metricsPort, registry, volumes::whyNotReady);
    }
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> daemon.stop(options)));
    LOG.info("shardd serves {}", endpoint);
    return daemon;
  }

  /** The side socket on which descriptors are handed over. */
  static Path keepSocket(Endpoint endpoint) {
    return Path.of(endpoint.path() + ".keep");
  }

  private static FileLock alone(Path socket) throws IOException {
    Path folder = socket.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel channel =
        FileChannel.open(
            Path.of(socket + ".lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    @Nullable FileLock lock = channel.tryLock();
    if (lock == null) {
      LOG.info("another shardd serves {}: waiting for its end", socket);
      lock = channel.lock();
    }
    if (!lock.isValid()) {
      throw new StoreRefused("can't lock " + socket + ".lock");
    }
    return lock;
  }

  void await() throws InterruptedException {
    ended.await();
  }

  private void stop(SharddOptions options) {
    LOG.info("stopping: {} volumes wait for the next shardd", volumes.count());
    Thread flushing = Thread.ofPlatform().daemon().name("last commits").start(volumes::flushAll);
    try {
      if (!flushing.join(options.stopDeadline)) {
        LOG.warn("not everything is committed; it stays in {}", options.arenaDir);
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted while stopping");
    }
    ended.countDown();
    // nothing is unmounted or closed: the mounts live on in the descriptors that are kept
    Runtime.getRuntime().halt(ExitCode.OK.number());
  }

  @Override
  public String toString() {
    return "shardd, alone by " + alone;
  }
}
