package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.Set;

/**
 * What a checkpoint may do beyond what it must (RFC 0002): write chunks anew, and empty segments.
 *
 * @param pinnedUpTo the highest position of a live pin, 0 for none: only objects whose name has a
 *     later tail can be freed
 * @param foldDeadShare a chunk whose base can be freed and is dead by so much is written anew
 * @param emptied segments whose live blocks are moved
 * @param budgetBlocks so many blocks may be copied for it
 */
public record Upkeep(
    long pinnedUpTo, double foldDeadShare, Set<ObjectRef> emptied, long budgetBlocks) {
  /** Nothing beyond what must be. */
  public static final Upkeep NONE = new Upkeep(0, 1, Set.of(), 0);

  public Upkeep {
    if (pinnedUpTo < 0 || !(foldDeadShare > 0 && foldDeadShare <= 1) || budgetBlocks < 0) {
      throw new IllegalArgumentException(
          "pins up to " + pinnedUpTo + ", fold " + foldDeadShare + ", budget " + budgetBlocks);
    }
    emptied = Set.copyOf(emptied);
  }

  /** Whether it is the volume's own, and no pin needs it. */
  boolean canBeFreed(VolumeId self, ObjectRef object) {
    return object.volume().equals(self) && object.tail() > pinnedUpTo;
  }
}
