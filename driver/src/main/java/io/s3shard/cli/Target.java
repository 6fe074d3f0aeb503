package io.s3shard.cli;

import io.s3shard.store.ObjectStore;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volumes;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * The first parameter of every command on volumes: which prefix of which bucket, and how to reach
 * it.
 */
final class Target {
  @Parameters(
      index = "0",
      paramLabel = "s3://BUCKET/PREFIX",
      converter = Location.Converter.class,
      description = "Where the volumes are.")
  private Location location = new Location("none", "");

  @Mixin private StoreOptions options = new StoreOptions();

  Location location() {
    return location;
  }

  StoreOptions options() {
    return options;
  }

  ObjectStore connect(Surroundings surroundings) {
    return surroundings.stores().connect(location, options);
  }

  /** The volumes of a prefix that is ours already. */
  Volumes volumes(Surroundings surroundings) {
    ObjectStore store = connect(surroundings);
    new Prefix(store, location.toString()).require();
    return new Volumes(store, surroundings.execution(), location.toString());
  }

  /**
   * The snapshots of a prefix that is ours already; taken by the owner of a volume, if that is a
   * mount on this host.
   */
  Snapshots snapshots(Surroundings surroundings) {
    return new Snapshots(volumes(surroundings)).preferring(owner(surroundings));
  }

  /** The mounts of this prefix on this host. */
  LocalOwner owner(Surroundings surroundings) {
    return new LocalOwner(
        surroundings.environment(), surroundings.stores().storeTag(location, options));
  }
}
