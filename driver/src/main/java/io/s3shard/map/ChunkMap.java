package io.s3shard.map;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.List;
import java.util.Optional;

/** The chunk map of an open volume: the pages of its last checkpoint, and the tail index of the COMMITs since. */
public final class ChunkMap {
  private ChunkMap() {}

  /** The map of a volume that has no checkpoint. {@code chunkBlocks}: blocks in a chunk. */
  public static ChunkMap empty(VolumeId self, int chunkBlocks) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The map at a checkpoint; the COMMITs after {@code root.covers()} are to be applied. {@code deltas}: oldest first. */
  public static ChunkMap of(VolumeId self, ObjectRef rootRef, Root root, List<Page> deltas) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** How many bytes of memory pages may take from now on; the least recently used go first. Deltas and tail come on top. */
  public void limitPages(long bytes) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** Takes in the extents of the COMMIT in {@code slot}. Slots rise. */
  public void apply(long slot, List<Extent> extents) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** A rebase must say at least this slot in {@code upTo}: a checkpoint, also one that is being made, blurs what is older. */
  public long rebaseFloor() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** Where the blocks of {@code range} lie. What was never written is zeros. */
  public Lookup lookup(BlockRange range) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** Takes in a page that {@link #lookup} missed. One that the present checkpoint does not use is ignored. */
  public void install(ObjectRef ref, Page page) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The root of the last checkpoint. */
  public Optional<ObjectRef> root() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The last slot that the checkpoint covers; 0: there is none. */
  public long covers() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** What the present checkpoint consists of: root, pages, deltas. In a clone some are another volume's. */
  public List<ObjectRef> liveMapObjects() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** How many runs the tail index has. */
  public int tailExtents() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** An estimate of the memory that the tail index takes. */
  public long tailBytes() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /**
   * A snapshot from which a checkpoint is made outside the lock. {@code covers}: the last slot that was applied, or a later one
   * that holds a control record; {@code sizeBytes}: the image's size there. One that is never finished leaves nothing behind.
   */
  public CheckpointDraft beginCheckpoint(long covers, long sizeBytes) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** Goes over to the checkpoint, once the COMMIT that names it is in the log. What was applied since it began stays. */
  public void finishCheckpoint(CheckpointDraft draft) {
    throw new UnsupportedOperationException("not landed yet");
  }
}
