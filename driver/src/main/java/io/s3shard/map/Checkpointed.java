package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint as it lies in the bucket: its root and, in memory, its delta pages, oldest first.
 * Immutable.
 */
record Checkpointed(Optional<ObjectRef> rootRef, Root root, List<Page> deltas) {
  Checkpointed {
    if (deltas.size() != root.deltas().size()) {
      throw new IllegalArgumentException(
          deltas.size() + " delta pages for " + root.deltas().size() + " references");
    }
    deltas = List.copyOf(deltas);
  }

  /** Of a volume that has none yet. */
  static Checkpointed none(int chunkBlocks) {
    return new Checkpointed(
        Optional.empty(), new Root(0, chunkBlocks, 0, List.of(), List.of()), List.of());
  }

  /** Which page holds the entry of {@code chunk}, if it has one; -1: none. */
  int pageIndex(long chunk) {
    int low = 0;
    int high = root.pages().size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (root.pages().get(middle).firstChunk() <= chunk) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** The first chunk that is the next page's. */
  long pageEnd(int index) {
    return index + 1 < root.pages().size()
        ? root.pages().get(index + 1).firstChunk()
        : Long.MAX_VALUE;
  }

  /** The newest delta that has an entry for {@code chunk}; -1: none. */
  int newestDelta(long chunk) {
    for (int d = deltas.size() - 1; d >= 0; d--) {
      if (deltas.get(d).indexOf(chunk) >= 0) {
        return d;
      }
    }
    return -1;
  }

  /** Whether anything may be stored for {@code chunk}. */
  boolean mayHold(long chunk) {
    return pageIndex(chunk) >= 0 || newestDelta(chunk) >= 0;
  }

  /** Root, pages, deltas. */
  List<ObjectRef> objects() {
    List<ObjectRef> objects = new ArrayList<>();
    rootRef.ifPresent(objects::add);
    root.pages().forEach(page -> objects.add(page.page()));
    objects.addAll(root.deltas());
    return objects;
  }
}
