package io.s3shard.image;

/**
 * What an image takes up in the bucket, and what upkeep has done since it was opened. {@code
 * counted}: all of its chunks are known; until then the first numbers are too small. {@code
 * deadBytes}: of the volume's own data objects, without what is kept for snapshots alone.
 */
public record SpaceStatus(
    boolean counted,
    long liveBytes,
    long deadBytes,
    long segments,
    long gatheredBytes,
    long mergedBytes,
    long foldedBytes,
    long deletedObjects) {
  /** Nothing is known of it. */
  public static final SpaceStatus UNKNOWN = new SpaceStatus(false, 0, 0, 0, 0, 0, 0, 0);
}
