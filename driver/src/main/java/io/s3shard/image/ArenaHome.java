package io.s3shard.image;

import io.s3shard.format.VolumeId;
import java.util.Optional;

/** The arenas of one prefix on this host. */
public interface ArenaHome {
  /**
   * The arena of {@code volume} that an earlier process left here in this boot, locked for us.
   *
   * @throws io.s3shard.error.VolumeBusy if a living process has it
   */
  Optional<ArenaMemory> existing(VolumeId volume);

  /**
   * A new, empty one, locked for us; what lay there is gone. @throws io.s3shard.error.VolumeBusy if
   * a living process has it
   */
  ArenaMemory create(VolumeId volume);
}
