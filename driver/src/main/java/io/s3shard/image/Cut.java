package io.s3shard.image;

import io.s3shard.format.Blocks;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

  /** Blocks of which a record ended somewhere in the middle. */
  private final Set<Long> partial = new HashSet<>();

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

  /** Notes that bytes {@code start} up to {@code end} were written, zeroed or discarded. */
  void notePartial(long start, long end) {
    if (start % Blocks.SIZE != 0) {
      partial.add(start / Blocks.SIZE);
    }
    if (end % Blocks.SIZE != 0) {
      partial.add(end / Blocks.SIZE);
    }
  }

  /** How much memory it takes at most to complete its blocks. */
  long completedBytes() {
    return (long) partial.size() * Blocks.SIZE;
  }

  /** Whether it must be committed before it takes any more. */
  boolean isFull(CutBounds bounds) {
    return partial.size() >= bounds.partialBlocks() || index.size() >= bounds.runs();
  }

  /** Whether there is something to commit. */
  boolean isDirty() {
    return lastSequence != 0;
  }
}
