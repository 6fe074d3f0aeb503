package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.CommitsSeen;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.OwnedLog;
import io.s3shard.log.VolumeLog;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The map of a volume as it is before an OPEN, read while that is put and confirmed: two round
 * trips less. It counts if the OPEN landed in the slot after it; nothing can be missing from it
 * then, and nothing of it was trimmed.
 */
final class MapBesideOpen {
  private final LoadedLog at;
  private final Execution.Task<Optional<Read>> reading;

  /**
   * @param tail that the log had after its COMMITs were read
   */
  private record Read(MapLoader.Loaded map, long tail) {}

  private MapBesideOpen(LoadedLog at, Execution.Task<Optional<Read>> reading) {
    this.at = at;
    this.reading = reading;
  }

  /** To be ended by {@link #under} or {@link #await}. */
  static MapBesideOpen begin(
      Execution execution,
      MapLoader loader,
      VolumeId volume,
      VolumeLog log,
      LoadedLog at,
      long pageCacheBytes) {
    return new MapBesideOpen(
        at, execution.fork("map", () -> read(loader, volume, log, at, pageCacheBytes)));
  }

  /** Empty: it could not be read. Whoever owns the volume then finds out whether that matters. */
  private static Optional<Read> read(
      MapLoader loader, VolumeId volume, VolumeLog log, LoadedLog at, long pageCacheBytes) {
    AtomicLong tail = new AtomicLong();
    try {
      MapLoader.Loaded map =
          loader.load(
              volume,
              at,
              pageCacheBytes,
              covers -> {
                CommitsSeen seen = log.commitsBeside(covers, at.state().tail());
                tail.set(seen.tail());
                return seen.commits();
              });
      return Optional.of(new Read(map, tail.get()));
    } catch (S3ShardException e) {
      return Optional.empty();
    }
  }

  /** The map that {@code owned} begins with; empty: load it. */
  Optional<MapLoader.Loaded> under(OwnedLog owned) {
    Optional<Read> read = reading.join();
    boolean isNext = owned.epoch() == at.state().tail() + 1;
    return read.filter(r -> isNext && r.tail() <= owned.epoch()).map(Read::map);
  }

  /** Waits until nothing is read any more. */
  void await() {
    reading.join();
  }
}
