package io.s3shard.map;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes the pages that a checkpoint changes anew, neighbours together, with all that the deltas
 * say; then no delta is left.
 */
final class PageRewrite {
  private final Checkpointed before;
  private final CheckpointScope scope;
  private final List<Page> newestFirst = new ArrayList<>();
  private final PageSource pages;

  /** {@code delta}: what the checkpoint adds to the deltas of the one before. */
  PageRewrite(Checkpointed before, CheckpointScope scope, Page delta, PageSource pages) {
    this.before = before;
    this.scope = scope;
    this.pages = pages;
    newestFirst.add(delta);
    newestFirst.addAll(before.deltas().reversed());
  }

  /** All pages of the checkpoint, those that stay and those that were written to {@code out}. */
  List<PageRef> write(MapLimits limits, MapUpload out) {
    List<PageRef> old = before.root().pages();
    List<PageRef> written = new ArrayList<>();
    int index = 0;
    do {
      if (!old.isEmpty() && !scope.dirty.get(index)) {
        written.add(old.get(index++));
        continue;
      }
      PageSplitter splitter =
          new PageSplitter(
              before.root().chunkBlocks(),
              limits.pageBytes(),
              page -> written.add(new PageRef(page.chunk(0), out.page(page))));
      do {
        merge(index++, splitter);
      } while (index < old.size() && scope.dirty.get(index));
      splitter.finish();
    } while (index < old.size());
    return written;
  }

  /** The entries of what is page {@code index}'s, the first also of all before it. */
  private void merge(int index, PageSplitter into) {
    List<PageRef> old = before.root().pages();
    List<Page> layers = new ArrayList<>(newestFirst);
    if (index < old.size() && !scope.dropped.get(index)) {
      layers.add(pages.load(old.get(index).page()));
    }
    long from = index == 0 ? 0 : old.get(index).firstChunk();
    MergedEntries entries = new MergedEntries(layers, from, before.pageEnd(index));
    while (entries.next()) {
      into.add(entries.page(), entries.index());
    }
  }
}
