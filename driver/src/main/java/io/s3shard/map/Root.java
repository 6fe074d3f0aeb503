package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.List;

/**
 * The chunk map at one slot. {@code covers}: the last slot whose COMMIT it covers. {@code pages}
 * are sorted by their first chunk. {@code deltas} are pages whose entries replace those of the
 * pages and of older deltas, oldest first.
 */
public record Root(
    long covers, int chunkBlocks, long sizeBytes, List<PageRef> pages, List<ObjectRef> deltas) {
  public Root {
    if (covers < 0 || chunkBlocks < 1 || sizeBytes < 0) {
      throw new IllegalArgumentException(
          "root at " + covers + ", chunk " + chunkBlocks + ", size " + sizeBytes);
    }
    for (int i = 1; i < pages.size(); i++) {
      if (pages.get(i - 1).firstChunk() >= pages.get(i).firstChunk()) {
        throw new IllegalArgumentException(
            "pages do not rise at chunk " + pages.get(i).firstChunk());
      }
    }
    for (ObjectRef delta : deltas) {
      if (delta.kind() != ObjectRef.Kind.MAP) {
        throw new IllegalArgumentException("delta page " + delta);
      }
    }
    pages = List.copyOf(pages);
    deltas = List.copyOf(deltas);
  }
}
