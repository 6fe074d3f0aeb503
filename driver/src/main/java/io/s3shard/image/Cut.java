package io.s3shard.image;

import java.util.List;

/**
 * Dirty data that becomes one COMMIT: everything that was written between two freezes. Guarded by
 * the image's lock.
 *
 * <pre>
 *   active   takes records; each reservation makes it pending until its bytes are in place
 *   frozen   takes no new reservation; settled once nothing is pending: from then on nothing in it changes
 *   freed    its COMMIT is in the log, its segments are the arena's again
 * </pre>
 */
final class Cut {
  final DirtyIndex index = new DirtyIndex();

  /** Chunks of it that go to the bucket before it is frozen. */
  final EarlyUploads.OfCut early = new EarlyUploads.OfCut();

  /** Reservations whose bytes are not in place yet. */
  int pending;

  /** The newest sequence in it; 0: nothing was written. */
  long lastSequence;

  /** The size of the image with this cut. */
  long sizeBytes;

  /** When its first record came, in nanoseconds of the execution's clock. */
  long sinceNanos;

  /** The arena's segments, once it is frozen. */
  List<Integer> segments = List.of();

  Cut(long sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  /** Whether there is something to commit. */
  boolean isDirty() {
    return lastSequence != 0;
  }
}
