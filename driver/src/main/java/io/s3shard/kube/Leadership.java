package io.s3shard.kube;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.s3shard.execution.Execution;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether we are the one of several that does what one is enough for. By a lease, whose age each
 * takes from what it has seen of it, so that clocks need not agree. For a moment two may think that
 * they lead: what the leader does must be safe for two.
 */
public final class Leadership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

  /** Another one leads so long after the last renewal. */
  static final Duration LEASE = Duration.ofSeconds(60);

  /** Whoever can't renew for so long leads no more: before another one does. */
  static final Duration RENEWAL = Duration.ofSeconds(40);

  /** Between two looks: nothing that is led is urgent, and each renewal is a write. */
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final String self;
  private final Execution execution;
  private String seenVersion = "";
  private long seenNanos;
  private long renewedNanos;
  private boolean troubled;
  private volatile boolean leading;
  private volatile boolean closed;

  Leadership(
      KubernetesClient client, String namespace, String name, String self, Execution execution) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.self = self;
    this.execution = execution;
  }

  /** Looks again and again, in the background, until this is closed. */
  Leadership stand() {
    execution.fork(
        "lease " + name,
        () -> {
          while (!closed) {
            look();
            execution.sleep(PAUSE);
          }
          return true;
        });
    return this;
  }

  public boolean isLeading() {
    return leading;
  }

  /** Takes or renews the lease, if we may. */
  synchronized void look() {
    if (closed) {
      return;
    }
    try {
      boolean held = takeOrRenew();
      if (held != leading) {
        LOG.info("{} {} the lease {}/{}", self, held ? "has" : "has lost", namespace, name);
      }
      leading = held;
      troubled = false;
    } catch (KubernetesClientException e) {
      trouble(e);
    }
    if (leading && execution.nanoTime() - renewedNanos > RENEWAL.toNanos()) {
      LOG.warn("the lease {}/{} was not renewed: not the leader any more", namespace, name);
      leading = false;
    }
  }

  private void trouble(KubernetesClientException e) {
    if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
      return; // another one was faster: the next look shows who
    }
    if (!troubled) {
      LOG.warn("{}", new ClusterUnavailable("the lease " + name + " can't be had", e).getMessage());
    }
    troubled = true;
  }

  private boolean takeOrRenew() {
    long now = execution.nanoTime();
    @Nullable Lease there = resource().get();
    if (there == null) {
      client.leases().inNamespace(namespace).resource(held(new LeaseBuilder(), self)).create();
    } else if (isFree(there, now)) {
      resource(held(new LeaseBuilder(there), self)).update();
    } else {
      return false;
    }
    renewedNanos = now;
    return true;
  }

  /** Ours, given up, or not renewed for as long as it lasts. */
  private boolean isFree(Lease lease, long now) {
    String version = lease.getMetadata().getResourceVersion();
    if (!version.equals(seenVersion)) {
      seenVersion = version;
      seenNanos = now;
    }
    @Nullable String holder = lease.getSpec().getHolderIdentity();
    return holder == null
        || holder.isEmpty()
        || holder.equals(self)
        || now - seenNanos > LEASE.toNanos();
  }

  private Lease held(LeaseBuilder lease, String holder) {
    ZonedDateTime now = execution.now().atZone(ZoneOffset.UTC);
    return lease
        .editOrNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .endMetadata()
        .editOrNewSpec()
        .withHolderIdentity(holder)
        .withLeaseDurationSeconds((int) LEASE.toSeconds())
        .withRenewTime(now)
        .endSpec()
        .build();
  }

  private Resource<Lease> resource() {
    return client.leases().inNamespace(namespace).withName(name);
  }

  /** Of the version that was read: refused if it is another by now. */
  private Resource<Lease> resource(Lease lease) {
    return client.leases().inNamespace(namespace).resource(lease);
  }

  /** Lets the lease go, so that another one need not wait for its end. */
  @Override
  public synchronized void close() {
    closed = true;
    if (!leading) {
      return;
    }
    leading = false;
    try {
      @Nullable Lease there = resource().get();
      if (there != null && self.equals(there.getSpec().getHolderIdentity())) {
        resource(held(new LeaseBuilder(there), "")).update();
      }
    } catch (KubernetesClientException e) {
      LOG.debug("the lease {} runs out by itself", name, e);
    }
  }
}
