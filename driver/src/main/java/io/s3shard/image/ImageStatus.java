package io.s3shard.image;

import java.time.Duration;

/**
 * What an open image is doing. {@code state}: open, held, poisoned, fenced or closed. {@code
 * dirtyRecords}: records that are not committed; {@code arenaBytes}: room in the arena that these
 * take; {@code oldestDirty}: what a lost node would lose, in time; {@code earlyUploads}: chunks
 * that went to the bucket before their cut was frozen; {@code staleUploads}: those of them that
 * were written to again, for nothing.
 */
public record ImageStatus(
    String state,
    long sizeBytes,
    long dirtyRecords,
    long arenaBytes,
    Duration oldestDirty,
    int writersWaiting,
    long commits,
    long committedBytes,
    long commitsSinceCheckpoint,
    long earlyUploads,
    long staleUploads,
    SpaceStatus space) {

  /** Of an image that is open for reading only. */
  public static ImageStatus quiet(long sizeBytes) {
    return new ImageStatus(
        "open", sizeBytes, 0, 0, Duration.ZERO, 0, 0, 0, 0, 0, 0, SpaceStatus.UNKNOWN);
  }
}
