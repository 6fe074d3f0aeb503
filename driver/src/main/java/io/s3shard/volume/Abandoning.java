package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Gives up volumes that were never made: a void CREATE in slot 1 ends for good what whoever began
 * them might still do.
 */
final class Abandoning {
  private final Volumes volumes;

  Abandoning(Volumes volumes) {
    this.volumes = volumes;
  }

  /** Whether there is no such volume, and never will be; false: it was made at this moment. */
  boolean giveUp(VolumeId id) {
    LogRecord.Create abandoned =
        new LogRecord.Create(
            VolumeLimits.CHUNK_DEFAULT_BYTES,
            0,
            "",
            false,
            Optional.empty(),
            new TreeMap<>(),
            new TreeSet<>(),
            volumes.execution().now().toEpochMilli(),
            true);
    return volumes.log(id).create(abandoned) || volumes.find(id).isEmpty();
  }
}
