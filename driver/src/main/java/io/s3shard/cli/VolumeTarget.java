package io.s3shard.cli;

import io.s3shard.store.ObjectStore;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volumes;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The first two parameters of every command on one volume: the prefix, then the name. */
final class VolumeTarget {
  @Mixin private Target prefix = new Target();

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "The volume's name: that of the image file in a mount.")
  private String name = "";

  String name() {
    return name;
  }

  Location location() {
    return prefix.location();
  }

  StoreOptions options() {
    return prefix.options();
  }

  ObjectStore connect(Surroundings surroundings) {
    return prefix.connect(surroundings);
  }

  Volumes volumes(Surroundings surroundings) {
    return prefix.volumes(surroundings);
  }

  LocalOwner owner(Surroundings surroundings) {
    return prefix.owner(surroundings);
  }

  Snapshots snapshots(Surroundings surroundings) {
    return prefix.snapshots(surroundings);
  }
}
