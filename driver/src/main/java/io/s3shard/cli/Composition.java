package io.s3shard.cli;

import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.execution.Execution;
import io.s3shard.fuse.DirectoryFileSystem;
import io.s3shard.fuse.FuseSession;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.MappedArenas;
import io.s3shard.store.Finding;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.store.s3.CapabilityProbe;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.VolumeDirectory;
import io.s3shard.volume.Volumes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the parts together: the one place that knows them all. */
final class Composition implements Stores {
  /** An image is guaranteed so much of the arenas; a mount with less could not write. */
  static final long ARENA_MIN_BYTES =
      (long) ArenaPool.GUARANTEED_SEGMENTS * MappedArenas.SEGMENT_BYTES;

  /** A person waits: commands, and the first requests of a mount, give up after this. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What one command needs at once. */
  private static final int COMMAND_REQUESTS = 32;

  private final Execution execution;
  private final Map<String, String> environment;

  Composition(Execution execution, Map<String, String> environment) {
    this.execution = execution;
    this.environment = environment;
  }

  @Override
  public ObjectStore connect(Location location, StoreOptions options) {
    StoreSettings settings = new StoreSettings(COMMAND_REQUESTS, Optional.of(PATIENCE));
    return new StoreStack(new S3Store(settings(location, options)), settings, execution).store();
  }

  @Override
  public List<Finding> probe(Location location, StoreOptions options) {
    try (S3Store bucket = new S3Store(settings(location, options))) {
      return new CapabilityProbe(bucket, execution).run();
    }
  }

  private static S3Settings settings(Location location, StoreOptions options) {
    return new S3Settings(
        location.bucket(),
        location.prefix(),
        Optional.ofNullable(options.endpoint).map(S3Settings::endpointOf),
        Optional.ofNullable(options.region),
        options.pathStyle ? Optional.of(true) : Optional.empty(),
        Optional.ofNullable(options.profile),
        Optional.ofNullable(options.caBundle),
        Optional.empty());
  }

  /** Mounts and begins to serve. @throws io.s3shard.error.S3ShardException with the remedy */
  MountedPrefix mount(
      Location location,
      StoreOptions storeOptions,
      MountOptions options,
      Path mountPoint,
      RunDirectory run) {
    if (options.readOnly) {
      new Prefix(connect(location, storeOptions), location.toString()).require();
    } else {
      new PrefixEntry(this, location, storeOptions).toMount();
    }
    S3Store bucket = new S3Store(settings(location, storeOptions));
    StoreSettings settings =
        new StoreSettings(
            StoreSettings.DEFAULTS.requestsAtOnce(), Optional.ofNullable(options.outageDeadline()));
    StoreStack stack = new StoreStack(bucket, settings, execution);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    String tag = storeTag(location, storeOptions);
    CacheParts cache = CacheParts.of(options, tag, execution);
    ArenaPool pool = new ArenaPool((int) (options.arenaSize / MappedArenas.SEGMENT_BYTES));
    MemoryUse memory = new MemoryUse(cache, pool);
    Path arenas = ArenaPlace.choose(options, tag);
    ImageOpener opener = opener(arenas, tag, options, stack, cache, pool);
    OpenVolumes open = new OpenVolumes(opener, options, execution, registry);
    Volumes volumes = new Volumes(stack.store(), execution, location.toString());
    Snapshots snapshots = new Snapshots(volumes);
    VolumeDirectory directory =
        new VolumeDirectory(snapshots, open, execution, (int) options.chunkSize);
    OwnerRequests owner = new OwnerRequests(tag, directory, open, execution);
    MountStatus status = new MountStatus(location, mountPoint, open, stack, memory, execution);
    StoreMetrics.register(registry, Tags.of("bucket", location.bucket()), stack, execution);
    cache.register(registry);
    memory.register(registry);
    if (!options.readOnly) {
      directory.bringIn(ArenaPlace.left(arenas, tag));
    }
    open.usersAsk();
    FuseSession session =
        FuseSession.mount(
            location.toString(),
            mountPoint,
            options.readOnly,
            new DirectoryFileSystem(location.toString(), directory));
    return MountedPrefix.start(
        session, directory, cache, open, status, owner, registry, options, run);
  }

  private ImageOpener opener(
      Path arenas,
      String tag,
      MountOptions options,
      StoreStack stack,
      CacheParts cache,
      ArenaPool pool) {
    Host host = ThisHost.identity();
    return new ImageOpener(
        stack.store(),
        execution,
        new MappedArenas(arenas, tag, host.boot()),
        pool,
        cache.reader(stack.store(), execution),
        cache.readAhead(),
        host,
        ImageOptions.defaults()
            .withCommitInterval(options.commitInterval)
            .withMinFlushInterval(options.minFlushInterval),
        stack.store()::gaveUp);
  }

  /**
   * Tells the arenas of one prefix from those of another, also where a bucket was copied with its
   * volumes' ids.
   */
  @Override
  public String storeTag(Location location, StoreOptions options) {
    String endpoint = options.endpoint;
    if (endpoint == null) {
      endpoint =
          environment.getOrDefault(
              "AWS_ENDPOINT_URL_S3", environment.getOrDefault("AWS_ENDPOINT_URL", ""));
    }
    return RunDirectory.hash(endpoint.replaceAll("/+$", "") + " " + location);
  }
}
