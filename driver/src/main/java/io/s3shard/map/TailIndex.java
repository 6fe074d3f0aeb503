package io.s3shard.map;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the COMMITs after the checkpoint brought: disjoint runs of blocks, each with its slot. The
 * youngest wins.
 */
final class TailIndex {
  /**
   * Bytes that a run takes: an entry of the tree, its key, the run, its source. Objects are shared.
   */
  private static final int RUN_BYTES = 40 + 24 + 40 + 24;

  /** Blocks {@code first} up to {@code end} as the COMMIT in {@code slot} said. */
  record Run(long first, long end, long slot, Extent.Source source) {
    Extent.Source sourceAt(long block) {
      return source.skip(block - first);
    }

    Run part(long from, long to) {
      return from == first && to == end ? this : new Run(from, to, slot, sourceAt(from));
    }
  }

  private final TreeMap<Long, Run> runs = new TreeMap<>();

  int size() {
    return runs.size();
  }

  /** An estimate. */
  long memoryBytes() {
    return (long) runs.size() * RUN_BYTES;
  }

  /** The run that holds {@code block}, or else the first one after it; null if there is none. */
  @Nullable Run from(long block) {
    Map.Entry<Long, Run> before = runs.floorEntry(block);
    if (before != null && before.getValue().end() > block) {
      return before.getValue();
    }
    Map.Entry<Long, Run> after = runs.higherEntry(block);
    return after == null ? null : after.getValue();
  }

  /** Takes in an extent of the COMMIT in {@code slot}. */
  void apply(long slot, Extent extent) {
    BlockRange range = extent.range();
    if (extent.upTo() == 0) {
      put(new Run(range.first(), range.end(), slot, extent.source()));
      return;
    }
    long at = range.first();
    while (at < range.end()) {
      Run run = from(at);
      // What no run holds lies in the pages, and is older than any rebase.
      boolean replaces;
      long end;
      if (run == null) {
        replaces = true;
        end = range.end();
      } else if (run.first() > at) {
        replaces = true;
        end = Math.min(range.end(), run.first());
      } else {
        replaces = run.slot() <= extent.upTo();
        end = Math.min(range.end(), run.end());
      }
      if (replaces) {
        put(new Run(at, end, slot, extent.source().skip(at - range.first())));
      }
      at = end;
    }
  }

  private void put(Run run) {
    cut(run.first(), run.end());
    Run merged = run;
    Map.Entry<Long, Run> before = runs.lowerEntry(merged.first());
    if (before != null && together(before.getValue(), merged)) {
      merged =
          new Run(
              before.getValue().first(), merged.end(), merged.slot(), before.getValue().source());
    }
    Run after = runs.get(merged.end());
    if (after != null && together(merged, after)) {
      runs.remove(after.first());
      merged = new Run(merged.first(), after.end(), merged.slot(), merged.source());
    }
    runs.put(merged.first(), merged);
  }

  /** Removes blocks {@code first} up to {@code end}. */
  private void cut(long first, long end) {
    Run run = from(first);
    while (run != null && run.first() < end) {
      runs.remove(run.first());
      if (run.first() < first) {
        runs.put(run.first(), run.part(run.first(), first));
      }
      if (run.end() > end) {
        runs.put(end, run.part(end, run.end()));
      }
      run = from(Math.min(run.end(), end));
    }
  }

  private static boolean together(Run left, Run right) {
    return left.end() == right.first()
        && left.slot() == right.slot()
        && Pieces.continues(left.source(), left.end() - left.first(), right.source());
  }

  /** The runs that slots up to {@code covers} brought, sorted. */
  List<Run> upTo(long covers) {
    List<Run> chosen = new ArrayList<>();
    for (Run run : runs.values()) {
      if (run.slot() <= covers) {
        chosen.add(run);
      }
    }
    return chosen;
  }

  /** The same runs as brought by {@code slot}. */
  TailIndex copyAt(long slot) {
    TailIndex copy = new TailIndex();
    runs.values().forEach(run -> copy.put(new Run(run.first(), run.end(), slot, run.source())));
    return copy;
  }

  /** Forgets what slots up to {@code covers} brought: it is in the pages now. */
  void forget(long covers) {
    runs.values().removeIf(run -> run.slot() <= covers);
  }
}
