package io.s3shard.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.Buckets;
import io.s3shard.execution.Execution;
import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.store.s3.CapabilityProbe;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Volumes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The buckets that a controller is asked of. Each place with its credentials is connected to once;
 * of many, those that were not used for the longest time are let go.
 */
final class VolumeBuckets implements Buckets, AutoCloseable {
  /** A sidecar waits 15 s by default: it is told in time that the bucket is away. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final int REQUESTS_AT_ONCE = 32;
  private static final int MAX_IDLE = 32;

  private final Execution execution;
  private final PrometheusMeterRegistry registry;
  private final Path authorities;

  /** Guarded by this; the one that was used last is the last. */
  private final Map<Key, Connected> connected = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param authorities where the files of CA bundles are kept
   */
  VolumeBuckets(Execution execution, PrometheusMeterRegistry registry, Path authorities) {
    this.execution = execution;
    this.registry = registry;
    this.authorities = authorities;
    Gauge.builder("s3shard.controller.buckets", this, VolumeBuckets::count).register(registry);
  }

  private record Key(StoreLocation place, Credentials credentials) {}

  /** A bucket that is in use, or was. */
  private static final class Connected {
    private final S3Store bucket;
    private final StoreStack stack;
    private final PrefixEntry entry;
    private final Volumes volumes;
    private final List<Meter> meters;
    private volatile boolean entered;
    private int users;

    Connected(
        S3Store bucket, StoreStack stack, PrefixEntry entry, Volumes volumes, List<Meter> meters) {
      this.bucket = bucket;
      this.stack = stack;
      this.entry = entry;
      this.volumes = volumes;
      this.meters = meters;
    }
  }

  @Override
  public <T> T in(StoreLocation place, Credentials credentials, Function<Volumes, T> body) {
    Connected store = use(new Key(place, credentials));
    try {
      return body.apply(store.volumes);
    } finally {
      release(store);
    }
  }

  @Override
  public <T> T enter(StoreLocation place, Credentials credentials, Function<Volumes, T> body) {
    Connected store = use(new Key(place, credentials));
    try {
      if (!store.entered) {
        store.entry.toCreate();
        store.entered = true;
      }
      return body.apply(store.volumes);
    } finally {
      release(store);
    }
  }

  private synchronized int count() {
    return connected.size();
  }

  private synchronized Connected use(Key key) {
    Connected store = connected.get(key);
    if (store == null) {
      store = connect(key);
      connected.put(key, store);
    }
    store.users++;
    return store;
  }

  private Connected connect(Key key) {
    S3Settings settings = PlaceSettings.of(key.place(), key.credentials(), authorities);
    S3Store bucket = new S3Store(settings);
    StoreStack stack =
        new StoreStack(
            bucket, new StoreSettings(REQUESTS_AT_ONCE, Optional.of(PATIENCE)), execution);
    Location location = new Location(settings.bucket(), settings.prefix());
    PrefixEntry entry =
        new PrefixEntry(
            new Prefix(stack.store(), location.toString()),
            () -> new CapabilityProbe(bucket, execution).run());
    return new Connected(
        bucket,
        stack,
        entry,
        new Volumes(stack.store(), execution, location.toString()),
        StoreMetrics.register(
            registry,
            Tags.of("bucket", location.bucket(), "place", Integer.toHexString(key.hashCode())),
            stack,
            execution));
  }

  private synchronized void release(Connected store) {
    store.users--;
    Iterator<Connected> oldest = connected.values().iterator();
    while (connected.size() > MAX_IDLE && oldest.hasNext()) {
      Connected next = oldest.next();
      if (next.users == 0) {
        oldest.remove();
        close(next);
      }
    }
  }

  private void close(Connected store) {
    store.meters.forEach(registry::remove);
    store.stack.close();
    store.bucket.close();
  }

  @Override
  public synchronized void close() {
    connected.values().forEach(this::close);
    connected.clear();
  }
}
