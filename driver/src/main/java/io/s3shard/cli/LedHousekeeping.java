package io.s3shard.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.Buckets;
import io.s3shard.csi.Housekeeping;
import io.s3shard.csi.Housekeeping.Round;
import io.s3shard.csi.Plugin;
import io.s3shard.csi.VolumeHandle;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.kube.Cluster;
import io.s3shard.kube.ClusterUnavailable;
import io.s3shard.kube.Leadership;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Housekeeping, done regularly by the one controller that leads. */
final class LedHousekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedHousekeeping.class);

  private static final String LEASE = "s3shard-housekeeping";
  private static final Duration FIRST = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Cluster cluster;
  private final Leadership leadership;
  private final Housekeeping housekeeping;
  private final Duration every;
  private final Execution execution;
  private final AtomicLong lastSuccess = new AtomicLong();
  private final AtomicLong objects = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong orphans = new AtomicLong();
  private final AtomicLong problems = new AtomicLong();
  private volatile boolean closed;

  private LedHousekeeping(
      Cluster cluster,
      Leadership leadership,
      Housekeeping housekeeping,
      Duration every,
      Execution execution) {
    this.cluster = cluster;
    this.leadership = leadership;
    this.housekeeping = housekeeping;
    this.every = every;
    this.execution = execution;
  }

  static LedHousekeeping start(
      HousekeepingOptions options,
      HomeStores stores,
      Buckets buckets,
      PrometheusMeterRegistry registry,
      Execution execution) {
    Cluster cluster = Cluster.here(Plugin.NAME, execution);
    String given = options.leaseNamespace;
    String namespace =
        given == null
            ? cluster
                .namespace()
                .orElseThrow(() ->
                    new InvalidRequest(
                        "--kubernetes: this runs in no namespace, so give --lease-namespace"))
            : given;
    LedHousekeeping started =
        new LedHousekeeping(
            cluster,
            cluster.leadership(namespace, LEASE, ThisHost.identity("").node()),
            new Housekeeping(stores.home(), stores, buckets, options.dryRun),
            options.every,
            execution);
    started.register(registry);
    execution.fork("housekeeping", started::run);
    return started;
  }

  private void register(PrometheusMeterRegistry registry) {
    Gauge.builder("s3shard.housekeeping.leading", leadership, l -> l.isLeading() ? 1 : 0)
        .register(registry);
    Gauge.builder(
            "s3shard.housekeeping.last.success.timestamp.seconds", lastSuccess, AtomicLong::get)
        .register(registry);
    Gauge.builder("s3shard.housekeeping.deleted.objects", objects, AtomicLong::get)
        .register(registry);
    Gauge.builder("s3shard.housekeeping.deleted.bytes", bytes, AtomicLong::get).register(registry);
    Gauge.builder("s3shard.housekeeping.orphans", orphans, AtomicLong::get).register(registry);
    Gauge.builder("s3shard.housekeeping.problems", problems, AtomicLong::get).register(registry);
  }

  private boolean run() {
    Duration pause = every.compareTo(FIRST) < 0 ? every : FIRST;
    long due = execution.nanoTime() + pause.toNanos();
    while (!closed) {
      if (leadership.isLeading() && execution.nanoTime() - due >= 0) {
        round();
        due = execution.nanoTime() + every.toNanos();
      }
      execution.sleep(LOOK);
    }
    return true;
  }

  private void round() {
    try {
      Round done = housekeeping.run(this::known);
      LOG.info(
          "housekeeping: {} objects, {} bytes, {} stale pins, {} orphans, {} problems",
          done.objects(),
          done.bytes(),
          done.pins(),
          done.orphans().size(),
          done.problems());
      for (VolumeHandle orphan : done.orphans()) {
        LOG.warn("volume {} has no PersistentVolume: import it, or delete it", orphan);
      }
      objects.set(done.objects());
      bytes.set(done.bytes());
      orphans.set(done.orphans().size());
      problems.set(done.problems());
      lastSuccess.set(execution.now().getEpochSecond());
    } catch (S3ShardException e) {
      LOG.warn("housekeeping does not work: {}", e.getMessage());
    }
  }

  private Optional<Set<String>> known() {
    try {
      return Optional.of(cluster.volumes());
    } catch (ClusterUnavailable e) {
      LOG.warn("orphans are not looked for: {}", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    closed = true;
    leadership.close();
    cluster.close();
  }
}
