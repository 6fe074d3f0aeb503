package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.List;

/**
 * A checkpoint in the making; independent of its {@link ChunkMap}, for one thread. In this order: load {@link #pagesNeeded} and
 * {@link #install} each; upload {@link #toGather} in segments and say where the blocks lie now ({@link #gathered}); {@link
 * #encode} and upload; append the COMMIT that names {@link #rootRef}; {@link ChunkMap#finishCheckpoint}; delete {@link
 * #superseded}.
 */
public final class CheckpointDraft {
  CheckpointDraft() {}

  /** The last slot that it covers. */
  public long covers() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The pages that are still to be installed. */
  public List<ObjectRef> pagesNeeded() {
    throw new UnsupportedOperationException("not landed yet");
  }

  public void install(ObjectRef ref, Page page) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /**
   * The runs to copy into segments of DATA, sorted by image block, disjoint: what lies inline in COMMITs, and all overlay of
   * chunks that would have too many groups. Segments take them in this order, and are not shorter than a chunk but for the
   * last. May be empty; then {@link #gathered} need not be called.
   */
  public List<Extent> toGather() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** Where the blocks of {@link #toGather} lie now: exactly those blocks, in the same order. */
  public void gathered(List<Extent> moved) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The objects to upload before the COMMIT, the root last. Once. */
  public List<EncodedObject> encode(MapNames names) {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The root's name, after {@link #encode}. */
  public ObjectRef rootRef() {
    throw new UnsupportedOperationException("not landed yet");
  }

  /** The volume's own map objects of the previous checkpoint that this one does not use, after {@link #encode}. */
  public List<ObjectRef> superseded() {
    throw new UnsupportedOperationException("not landed yet");
  }
}
