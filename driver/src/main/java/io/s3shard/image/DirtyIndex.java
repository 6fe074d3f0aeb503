package io.s3shard.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which bytes of an image are dirty, and where in the arena they lie: disjoint runs by offset. Of
 * two writes to the same byte the one with the higher sequence wins, in whatever order they arrive.
 * Not thread-safe.
 */
final class DirtyIndex {
  /**
   * Bytes {@code start} to {@code end - 1}. {@code segment} is negative for zeros; {@code position}
   * is in the segment.
   */
  record Run(long start, long end, long sequence, int segment, int position) {
    static final int ZEROS = -1;

    boolean isZeros() {
      return segment < 0;
    }

    long length() {
      return end - start;
    }

    /** The part of this run in [from, to), which must lie inside it. */
    Run part(long from, long to) {
      return new Run(from, to, sequence, segment, isZeros() ? 0 : position + (int) (from - start));
    }
  }

  private final TreeMap<Long, Run> runs = new TreeMap<>();

  boolean isEmpty() {
    return runs.isEmpty();
  }

  int size() {
    return runs.size();
  }

  /** All runs by offset. */
  Iterable<Run> runs() {
    return runs.values();
  }

  /** Enters a run wherever nothing younger stands. */
  void insert(Run run) {
    long at = run.start();
    for (Run other : overlapping(run.start(), run.end())) {
      if (other.sequence() > run.sequence()) {
        if (at < other.start()) {
          put(run.part(at, other.start()));
        }
        at = other.end();
        continue;
      }
      runs.remove(other.start());
      if (other.start() < run.start()) {
        put(other.part(other.start(), run.start()));
      }
      if (other.end() > run.end()) {
        put(other.part(run.end(), other.end()));
      }
    }
    if (at < run.end()) {
      put(run.part(Math.max(at, run.start()), run.end()));
    }
  }

  /** The runs that meet [start, end), whole, by offset. */
  List<Run> overlapping(long start, long end) {
    List<Run> found = new ArrayList<>();
    Map.Entry<Long, Run> before = runs.lowerEntry(start);
    if (before != null && before.getValue().end() > start) {
      found.add(before.getValue());
    }
    found.addAll(runs.subMap(start, end).values());
    return found;
  }

  private void put(Run run) {
    runs.put(run.start(), run);
  }
}
