package io.s3shard.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.Plugin;
import io.s3shard.execution.Execution;
import io.s3shard.kube.Announcer;
import io.s3shard.kube.Cluster;
import io.s3shard.kube.ClusterUnavailable;
import io.s3shard.kube.Notice;
import io.s3shard.kube.ReadinessTaint;
import io.s3shard.kube.VolumeCondition;
import io.s3shard.kube.VolumeCondition.Health;
import io.s3shard.kube.VolumeNotices;
import io.s3shard.proto.shardd.v1.OpenVolume;
import io.s3shard.shardd.SharddClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code node} tells its cluster, in the background: that it is ready, and what is wrong with
 * its volumes. An API server that is away is told later, of the last hundred things.
 */
final class ClusterNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private static final Duration READY_PAUSE = Duration.ofSeconds(2);
  private static final Duration LOOK_PAUSE = Duration.ofSeconds(5);
  private static final int MAX_WAITING = 100;

  private final Cluster cluster;
  private final Execution execution;
  private final VolumeNotices notices = new VolumeNotices();

  /** Guarded by this. */
  private final Deque<Notice> waiting = new ArrayDeque<>();

  private volatile String lastTrouble = "";
  private volatile boolean closed;

  private ClusterNode(Cluster cluster, Execution execution) {
    this.cluster = cluster;
    this.execution = execution;
  }

  static ClusterNode start(
      String node, SharddClient shardd, PrometheusMeterRegistry registry, Execution execution) {
    ClusterNode telling = new ClusterNode(Cluster.here(Plugin.NAME, execution), execution);
    Gauge.builder("s3shard.node.notices.waiting", telling, ClusterNode::waiting).register(registry);
    ReadinessTaint taint = telling.cluster.taint(node);
    execution.fork("readiness of " + node, () -> telling.makeReady(taint));
    Announcer announcer = telling.cluster.announcer(node);
    execution.fork("notices of " + node, () -> telling.watch(shardd, announcer));
    return telling;
  }

  private boolean makeReady(ReadinessTaint taint) {
    while (!closed && !isFree(taint)) {
      execution.sleep(READY_PAUSE);
    }
    return true;
  }

  private boolean isFree(ReadinessTaint taint) {
    try {
      return taint.removed();
    } catch (RuntimeException e) { // of any kind: the node must not stay tainted for ever
      trouble(e);
      return false;
    }
  }

  private boolean watch(SharddClient shardd, Announcer announcer) {
    while (!closed) {
      shardd.list().ifPresent(open -> add(notices.after(conditions(open), execution.nanoTime())));
      announce(announcer);
      execution.sleep(LOOK_PAUSE);
    }
    return true;
  }

  private static List<VolumeCondition> conditions(List<OpenVolume> open) {
    return open.stream()
        .map(volume ->
            new VolumeCondition(
                volume.getHandle(),
                volume.getPlace(),
                health(volume.getState()),
                volume.getProblem(),
                Duration.ofMillis(volume.getOutageMillis())))
        .toList();
  }

  private static Health health(OpenVolume.State state) {
    return switch (state) {
      case POISONED -> Health.POISONED;
      case FENCED -> Health.FENCED;
      case FAILED -> Health.LOST;
      case OPENING, OPEN, HELD, CLOSING, STATE_UNSPECIFIED, UNRECOGNIZED -> Health.GOOD;
    };
  }

  private synchronized void add(List<Notice> more) {
    for (Notice notice : more) {
      LOG.warn("{}: {}", notice.reason(), notice.text());
      if (waiting.size() == MAX_WAITING) {
        waiting.removeFirst();
      }
      waiting.addLast(notice);
    }
  }

  private synchronized List<Notice> all() {
    return List.copyOf(waiting);
  }

  private synchronized int waiting() {
    return waiting.size();
  }

  /** What was written twice, since the answer was lost, is one event. */
  private void announce(Announcer announcer) {
    List<Notice> now = all();
    if (now.isEmpty()) {
      return;
    }
    try {
      announcer.announce(now);
      synchronized (this) {
        waiting.removeAll(now);
      }
      lastTrouble = "";
    } catch (RuntimeException e) { // of any kind: what comes later must be told
      trouble(e);
    }
  }

  /** Once for the same. */
  private void trouble(RuntimeException e) {
    String text = String.valueOf(e.getMessage());
    if (!text.equals(lastTrouble)) {
      if (e instanceof ClusterUnavailable) {
        LOG.warn("{}", text);
      } else {
        LOG.error("the cluster can't be told", e);
      }
      lastTrouble = text;
    }
  }

  @Override
  public void close() {
    closed = true;
    cluster.close();
  }
}
