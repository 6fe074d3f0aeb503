package io.s3shard.testing;

import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaMemory;
import java.util.Optional;

/** A rule broken on purpose: a successor does not look for the arena of its predecessor. */
final class ForgetfulArenas implements ArenaHome {
  private final ArenaHome arenas;

  ForgetfulArenas(ArenaHome arenas) {
    this.arenas = arenas;
  }

  @Override
  public Optional<ArenaMemory> existing(VolumeId volume) {
    return Optional.empty();
  }

  @Override
  public ArenaMemory create(VolumeId volume) {
    return arenas.create(volume);
  }
}
