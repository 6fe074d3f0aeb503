package io.s3shard.image;

import java.time.Duration;

/**
 * What an open image is doing. {@code state}: open, held, poisoned, fenced or closed. {@code
 * dirtyRecords}: records that are not committed; {@code arenaBytes}: room in the arena that these
 * take; {@code oldestDirty}: what a lost node would lose, in time.
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
    long commitsSinceCheckpoint) {}
