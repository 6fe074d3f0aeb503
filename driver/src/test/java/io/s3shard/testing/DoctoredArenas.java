package io.s3shard.testing;

import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaMemory;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A rule of the arena broken on purpose: something is done to it before a successor looks at it.
 */
final class DoctoredArenas implements ArenaHome {
  private static final long MUCH = 1L << 32;

  private final ArenaHome arenas;
  private final Consumer<ArenaMemory> doctor;

  private DoctoredArenas(ArenaHome arenas, Consumer<ArenaMemory> doctor) {
    this.arenas = arenas;
    this.doctor = doctor;
  }

  /**
   * All is replayed, not only what is younger than S: it gets sequences above S, in the order that
   * it had.
   */
  static ArenaHome rejuvenated(ArenaHome arenas) {
    return new DoctoredArenas(
        arenas,
        memory ->
            RawArena.records(
                memory,
                (segment, at) -> {
                  if (RawArena.isFinished(segment, at)) {
                    RawArena.makeYounger(segment, at, MUCH);
                  }
                }));
  }

  /** What was never finished is replayed, too. */
  static ArenaHome finished(ArenaHome arenas) {
    return new DoctoredArenas(arenas, memory -> RawArena.records(memory, RawArena::finish));
  }

  /** No arena was ever marked as poisoned or fenced. */
  static ArenaHome unmarked(ArenaHome arenas) {
    return new DoctoredArenas(arenas, RawArena::revive);
  }

  @Override
  public Optional<ArenaMemory> existing(VolumeId volume) {
    Optional<ArenaMemory> found = arenas.existing(volume);
    found.ifPresent(doctor);
    return found;
  }

  @Override
  public ArenaMemory create(VolumeId volume) {
    return arenas.create(volume);
  }
}
