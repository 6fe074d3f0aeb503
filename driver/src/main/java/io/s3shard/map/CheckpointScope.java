package io.s3shard.map;

import io.s3shard.format.Extent;
import java.util.BitSet;
import java.util.List;

/**
 * What a checkpoint has to write: the chunks that the tail touched, as a delta, or the pages that these and the deltas change.
 * Decided from sizes that are known before anything is loaded.
 */
final class CheckpointScope {
  // What an entry with its base object, and a group, take as a rule.
  private static final int ENTRY_BYTES = 25;
  private static final int GROUP_BYTES = 12;

  private final Checkpointed before;
  private final List<TailIndex.Run> runs;
  final List<Touched> touched;

  /** Whether pages are written instead of a delta. */
  final boolean rewrite;

  /** The pages that change, by their index, if pages are written. */
  final BitSet dirty = new BitSet();

  /** The pages of which nothing is left: never loaded. */
  final BitSet dropped = new BitSet();

  CheckpointScope(Checkpointed before, List<TailIndex.Run> runs, MapLimits limits) {
    this.before = before;
    this.runs = runs;
    this.touched = Touched.by(runs, before.root().chunkBlocks());
    findPages();
    this.rewrite = !dropped.isEmpty() || deltasWouldBeTooLarge(limits);
  }

  /** The pages that must be loaded to know what chunks hold that the tail touched only in part, by their index. */
  BitSet required() {
    BitSet required = new BitSet();
    for (Touched chunks : touched) {
      if (chunks.isSpan()) {
        required.or(pagesOf(chunks));
      } else if (!isCovered(chunks) && before.newestDelta(chunks.first()) < 0) {
        required.or(pagesOf(chunks));
      }
    }
    required.andNot(dropped);
    return required;
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
    for (int i = Math.max(0, before.pageIndex(chunks.first())); i < before.root().pages().size(); i++) {
      if (before.pageEnd(i) > chunks.end()) {
        break;
      }
      inside.set(i, before.root().pages().get(i).firstChunk() >= chunks.first());
    }
    return inside;
  }

  private boolean deltasWouldBeTooLarge(MapLimits limits) {
    if (touched.isEmpty()) {
      return false;
    }
    long bytes = 0;
    for (Page delta : before.deltas()) {
      bytes += delta.encodedBytes();
    }
    for (Touched chunks : touched) {
      bytes += ENTRY_BYTES + groupBytes(chunks);
    }
    int pages = before.root().pages().size();
    return bytes > limits.deltaBytes(pages) || before.deltas().size() >= limits.maxDeltas();
  }

  /** An estimate, without what the chunk held before: that may not be loaded yet. */
  private long groupBytes(Touched chunks) {
    boolean whole = chunks.to() - chunks.from() == 1 && isCovered(chunks);
    if (chunks.isSpan() || whole) {
      return 0;
    }
    long blocks = before.root().chunkBlocks();
    long first = chunks.first() * blocks;
    long overlay = 0;
    for (TailIndex.Run run : runs.subList(chunks.from(), chunks.to())) {
      boolean stored = run.source() instanceof Extent.Source.InObject;
      overlay += stored ? Math.min(run.end(), first + blocks) - Math.max(run.first(), first) : 0;
    }
    return GROUP_BYTES + 2 * overlay;
  }
}
