package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Looks through pages for chunks that the tail does not touch and that upkeep should write anew, as
 * far as the budget goes.
 */
final class UpkeepSearch {
  private final VolumeId self;
  private final Checkpointed before;
  private final Upkeep upkeep;
  private final SortedSet<Long> found = new TreeSet<>();
  private long left;
  private long at;
  private long end;

  UpkeepSearch(VolumeId self, Checkpointed before, Upkeep upkeep) {
    this.self = self;
    this.before = before;
    this.upkeep = upkeep;
    this.left = upkeep.budgetBlocks();
  }

  /** Begins to look at chunks {@code first} up to {@code last}. */
  void between(long first, long last) {
    at = first;
    end = last;
  }

  /** Where it goes on; all below was looked at. */
  long at() {
    return at;
  }

  boolean isOver() {
    return at >= end || left <= 0;
  }

  /** Which page is next; -1: the deltas alone have all there is. */
  int nextPage() {
    return before.root().pages().isEmpty() ? -1 : Math.max(0, before.pageIndex(at));
  }

  /** Looks through the next page. Returns the chunks in it that {@code scope} does not touch. */
  SortedSet<Long> look(List<Page> pages, CheckpointScope scope) {
    List<Page> layers = new ArrayList<>(before.deltas().reversed());
    layers.addAll(pages);
    int index = nextPage();
    long to = index < 0 ? end : Math.min(end, before.pageEnd(index));
    MergedEntries entries = new MergedEntries(layers, at, to);
    SortedSet<Long> here = new TreeSet<>();
    while (left > 0 && entries.next()) {
      long chunk = entries.page().chunk(entries.index());
      at = chunk + 1;
      long cost = cost(entries.page(), entries.index());
      if (cost > 0 && !scope.touches(chunk)) {
        here.add(chunk);
        left -= cost;
      }
    }
    at = left > 0 ? to : at;
    found.addAll(here);
    return here;
  }

  /** How many blocks are copied if the chunk is written anew; 0: that is not worth it. */
  private long cost(Page page, int index) {
    Map<ObjectRef, Integer> uses = new HashMap<>();
    page.uses(
        index,
        before.root().chunkBlocks(),
        (object, blocks) -> uses.merge(object, blocks, Integer::sum));
    long emptied = 0;
    long stored = 0;
    boolean folds = false;
    for (Map.Entry<ObjectRef, Integer> use : uses.entrySet()) {
      ObjectRef object = use.getKey();
      stored += use.getValue();
      emptied += upkeep.emptied().contains(object) ? use.getValue() : 0;
      folds |=
          object.isOfOneChunk()
              && upkeep.canBeFreed(self, object)
              && 1 - (double) use.getValue() / object.blocks() >= upkeep.foldDeadShare();
    }
    return folds ? stored : emptied;
  }

  /** All that was found. */
  SortedSet<Long> found() {
    return found;
  }
}
