package io.s3shard.cli;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.ImageStatus;
import io.s3shard.image.MappedArenas;
import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.shardd.OpenedVolume;
import io.s3shard.shardd.VolumeSource;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The buckets that shardd's volumes lie in: each place with its credentials is connected to once,
 * for as long as a volume of it is open. Memory is the process's: one pool of arenas, one cache.
 */
final class ShardStores implements VolumeSource {
  private final SharddOptions options;
  private final Execution execution;
  private final PrometheusMeterRegistry registry;
  private final ArenaPool pool;
  private final CacheParts cache;
  private final Map<Key, Connected> connected = new HashMap<>();

  ShardStores(SharddOptions options, Execution execution, PrometheusMeterRegistry registry) {
    this.options = options;
    this.execution = execution;
    this.registry = registry;
    this.pool = new ArenaPool((int) (options.arenaSize / MappedArenas.SEGMENT_BYTES));
    this.cache = CacheParts.inMemory(options.cacheSize, execution);
  }

  CacheParts cache() {
    return cache;
  }

  /** What may differ between the volumes of a process, but for the volume itself. */
  private record Key(
      StoreLocation place,
      Credentials credentials,
      String node,
      Duration commitInterval,
      Duration minFlushInterval) {}

  /** A bucket that is in use. */
  private static final class Connected {
    private final S3Store bucket;
    private final StoreStack stack;
    private final OpenVolumes open;
    private final Volumes volumes;
    private final List<Meter> meters;
    private int users;

    Connected(
        S3Store bucket, StoreStack stack, OpenVolumes open, Volumes volumes, List<Meter> meters) {
      this.bucket = bucket;
      this.stack = stack;
      this.open = open;
      this.volumes = volumes;
      this.meters = meters;
    }
  }

  @Override
  public OpenedVolume open(OpenVolumeRequest request) {
    Key key = key(request);
    Connected store = use(key);
    try {
      VolumeId id = new VolumeId(request.getVolumeId());
      Volume volume =
          store
              .volumes
              .find(id)
              .filter(found -> !found.state().retired())
              .orElseThrow(() -> new VolumeMissing("there is no volume " + request.getHandle()));
      return request.getReadOnly() ? reading(key, store, volume) : writing(key, store, volume);
    } catch (RuntimeException | Error e) {
      release(key, store);
      throw e;
    }
  }

  private OpenedVolume writing(Key key, Connected store, Volume volume) {
    Image image = store.open.openForWriting(volume);
    return opened(key, store, volume, image, () -> store.open.status(volume.id()));
  }

  private OpenedVolume reading(Key key, Connected store, Volume volume) {
    Image image = store.open.openForReading(volume);
    return opened(key, store, volume, image, Optional::empty);
  }

  private OpenedVolume opened(
      Key key,
      Connected store,
      Volume volume,
      Image image,
      Supplier<Optional<ImageStatus>> status) {
    return new OpenedVolume(
        volume.id(),
        image,
        () -> status.get().orElseGet(() -> ImageStatus.quiet(image.sizeBytes())),
        store.stack.store()::awayFor,
        () -> release(key, store));
  }

  private Key key(OpenVolumeRequest request) {
    Duration asked = Duration.ofMillis(request.getCommitIntervalMillis());
    return new Key(
        request.getPlace(),
        request.getCredentials(),
        request.getNodeId(),
        asked.isZero() ? options.commitInterval : asked,
        Duration.ofMillis(request.getMinFlushIntervalMillis()));
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
    S3Settings settings =
        PlaceSettings.of(key.place(), key.credentials(), options.cacheDir.resolve("ca"));
    S3Store bucket = new S3Store(settings);
    StoreSettings limits =
        new StoreSettings(
            StoreSettings.DEFAULTS.requestsAtOnce(), Optional.ofNullable(options.outageDeadline()));
    StoreStack stack = new StoreStack(bucket, limits, execution);
    Location location = new Location(settings.bucket(), settings.prefix());
    String tag =
        RunDirectory.hash(key.place().getEndpoint().replaceAll("/+$", "") + " " + location);
    Host host = ThisHost.identity(key.node());
    ImageOpener opener =
        new ImageOpener(
            stack.store(),
            execution,
            new MappedArenas(options.arenaDir, tag, host.boot()),
            pool,
            cache.reader(stack.store(), execution),
            cache.readAhead(),
            host,
            ImageOptions.defaults()
                .withCommitInterval(key.commitInterval())
                .withMinFlushInterval(key.minFlushInterval()),
            stack.store()::gaveUp);
    return new Connected(
        bucket,
        stack,
        new OpenVolumes(opener, new MountOptions(), execution, registry),
        new Volumes(stack.store(), execution, location.toString()),
        StoreMetrics.register(
            registry,
            Tags.of("bucket", location.bucket(), "place", Integer.toHexString(key.hashCode())),
            stack,
            execution));
  }

  private void release(Key key, Connected store) {
    synchronized (this) {
      store.users--;
      if (store.users > 0) {
        return;
      }
      connected.remove(key, store);
    }
    store.meters.forEach(registry::remove);
    store.stack.close();
    store.bucket.close();
  }
}
