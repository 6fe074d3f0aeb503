package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.List;

/** What {@link ChunkMap#lookup} answers. */
public sealed interface Lookup {
  /**
   * The pieces of the range, in order, covering it exactly; neighbours that lie together are one
   * piece.
   */
  record Found(List<Piece> pieces) implements Lookup {}

  /** These pages must be loaded and installed first; then look again. Not empty. */
  record PagesMissing(List<ObjectRef> pages) implements Lookup {}
}
