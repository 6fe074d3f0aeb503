package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The entries that the checkpoint before has for the chunks that a new one changes: its deltas, and
 * what was loaded of its pages.
 */
final class PriorEntries {
  private final Checkpointed before;
  private final Map<ObjectRef, Page> loaded = new HashMap<>();

  PriorEntries(Checkpointed before) {
    this.before = before;
  }

  void load(ObjectRef ref, Page page) {
    loaded.put(ref, page);
  }

  /** Page {@code index} of the checkpoint; null if it was not loaded. */
  private @Nullable Page page(int index) {
    return loaded.get(before.root().pages().get(index).page());
  }

  @Nullable Base base(long chunk) {
    Page page = holder(chunk);
    int index = page == null ? -1 : page.indexOf(chunk);
    return page == null || index < 0 ? null : page.base(index);
  }

  SpaceChange.Entry entry(long chunk) {
    return SpaceChange.Entry.of(holder(chunk), chunk);
  }

  /** Where blocks {@code first} up to {@code end} of the image, all in {@code chunk}, lay. */
  void collect(long chunk, long first, long end, Pieces into) {
    Page page = holder(chunk);
    int index = page == null ? -1 : page.indexOf(chunk);
    if (page == null || index < 0) {
      into.add(first, end, Extent.Source.ZEROS);
      return;
    }
    long origin = chunk * before.root().chunkBlocks();
    page.collect(index, origin, (int) (first - origin), (int) (end - origin), into);
  }

  /** The delta or page that has the last word on a chunk; null if there is none. */
  private @Nullable Page holder(long chunk) {
    int delta = before.newestDelta(chunk);
    if (delta >= 0) {
      return before.deltas().get(delta);
    }
    int index = before.pageIndex(chunk);
    if (index < 0) {
      return null;
    }
    Page page = page(index);
    if (page == null) {
      throw new IllegalStateException(
          "page " + before.root().pages().get(index).page().key() + " was not installed");
    }
    return page;
  }

  /**
   * The chunks from {@code first} up to {@code end} that have an entry in a delta or a loaded page.
   */
  NavigableSet<Long> chunks(long first, long end) {
    NavigableSet<Long> chunks = new TreeSet<>();
    before.deltas().forEach(delta -> addChunks(delta, first, end, chunks));
    for (int i = Math.max(0, before.pageIndex(first)); i < before.root().pages().size(); i++) {
      Page page = page(i);
      if (before.root().pages().get(i).firstChunk() >= end) {
        break;
      }
      if (page != null) {
        addChunks(page, first, end, chunks);
      }
    }
    return chunks;
  }

  private static void addChunks(Page page, long first, long end, NavigableSet<Long> into) {
    for (int i = page.ceiling(first); i < page.size() && page.chunk(i) < end; i++) {
      into.add(page.chunk(i));
    }
  }
}
