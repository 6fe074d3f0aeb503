package io.s3shard.map;

import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What a checkpoint has to write: the chunks that the tail touched, as a delta, or the pages that
 * these and the deltas change.
 */
final class CheckpointScope {
  private final Checkpointed before;
  private final List<TailIndex.Run> runs;
  private final List<Touched> touched;

  /** The pages that change, by their index, if pages are written. */
  final BitSet dirty = new BitSet();

  /** The pages of which nothing is left: never loaded. */
  final BitSet dropped = new BitSet();

  CheckpointScope(Checkpointed before, List<TailIndex.Run> runs) {
    this.before = before;
    this.runs = runs;
    this.touched = Touched.by(runs, before.root().chunkBlocks());
    findPages();
  }

  /** Chunks that change, in order: those that the tail touched, and those that were added. */
  List<Touched> touched() {
    return touched;
  }

  boolean touches(long chunk) {
    return indexOf(chunk) >= 0;
  }

  private int indexOf(long chunk) {
    int low = 0;
    int high = touched.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (touched.get(middle).end() <= chunk) {
        low = middle + 1;
      } else if (touched.get(middle).first() > chunk) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  /** Adds chunks that the tail does not touch. */
  void add(Collection<Long> chunks) {
    for (long chunk : chunks) {
      touched.add(new Touched(chunk, chunk + 1, 0, 0));
      if (!before.root().pages().isEmpty()) {
        dirty.set(Math.max(0, before.pageIndex(chunk)));
      }
    }
    touched.sort(Comparator.comparingLong(Touched::first));
  }

  /**
   * The pages that must be loaded to know what the chunks hold that the tail touched, by their
   * index.
   */
  BitSet required() {
    BitSet required = new BitSet();
    for (Touched chunks : touched) {
      if (chunks.isSpan()) {
        required.or(pagesOf(chunks));
      } else if (before.newestDelta(chunks.first()) < 0) {
        required.or(pagesOf(chunks));
      }
    }
    required.andNot(dropped);
    return required;
  }

  /** Whether pages are written instead of {@code delta}. */
  boolean rewrites(Page delta, MapLimits limits) {
    if (delta.size() == 0) {
      return !dropped.isEmpty();
    }
    long bytes = delta.encodedBytes();
    for (Page older : before.deltas()) {
      bytes += older.encodedBytes();
    }
    boolean tooMany = before.deltas().size() >= limits.maxDeltas();
    return !dropped.isEmpty() || tooMany || bytes > limits.deltaBytes(before.root().pages().size());
  }

  /** Whether the tail says all of a chunk, so that it does not matter what it held before. */
  boolean isCovered(Touched chunk) {
    long blocks = before.root().chunkBlocks();
    long at = chunk.first() * blocks;
    for (TailIndex.Run run : runs.subList(chunk.from(), chunk.to())) {
      if (run.first() > at) {
        return false;
      }
      at = run.end();
    }
    return at >= (chunk.first() + 1) * blocks;
  }

  private void findPages() {
    if (before.root().pages().isEmpty()) {
      return;
    }
    for (Touched chunks : touched) {
      dirty.or(pagesOf(chunks));
      dirty.set(Math.max(0, before.pageIndex(chunks.first())));
      if (chunks.isSpan()) {
        dropped.or(pagesInside(chunks));
      }
    }
    for (Page delta : before.deltas()) {
      for (int i = 0; i < delta.size(); i++) {
        dirty.set(Math.max(0, before.pageIndex(delta.chunk(i))));
      }
    }
  }

  /** The pages that may have entries of these chunks. */
  private BitSet pagesOf(Touched chunks) {
    BitSet pages = new BitSet();
    int last = before.pageIndex(chunks.end() - 1);
    if (last >= 0) {
      pages.set(Math.max(0, before.pageIndex(chunks.first())), last + 1);
    }
    return pages;
  }

  private BitSet pagesInside(Touched chunks) {
    BitSet inside = new BitSet();
    for (int i = Math.max(0, before.pageIndex(chunks.first()));
        i < before.root().pages().size();
        i++) {
      if (before.pageEnd(i) > chunks.end()) {
        break;
      }
      inside.set(i, before.root().pages().get(i).firstChunk() >= chunks.first());
    }
    return inside;
  }
}
