package io.s3shard.map;

import io.s3shard.format.Extent;
import java.util.ArrayList;
import java.util.List;

/**
 * Chunks {@code first} up to {@code end} that runs {@code from} up to {@code to} of a sorted list
 * touch: one chunk, or many that one run of zeros covers whole. A discarded terabyte is one of
 * these, not a quarter of a million.
 */
record Touched(long first, long end, int from, int to) {
  /** Fewer chunks of zeros are looked at one by one. */
  static final int SPAN_CHUNKS = 64;

  boolean isSpan() {
    return end - first > 1;
  }

  /** All that {@code runs} touch, in order. */
  static List<Touched> by(List<TailIndex.Run> runs, int chunkBlocks) {
    List<Touched> all = new ArrayList<>();
    long next = 0;
    int i = 0;
    while (i < runs.size()) {
      TailIndex.Run run = runs.get(i);
      long chunk = Math.max(next, run.first() / chunkBlocks);
      long whole = run.end() / chunkBlocks;
      boolean wholeFromHere =
          run.first() <= chunk * chunkBlocks && run.source() instanceof Extent.Source.Zeros;
      if (wholeFromHere && whole - chunk >= SPAN_CHUNKS) {
        all.add(new Touched(chunk, whole, i, i + 1));
        next = whole;
      } else {
        next = chunk + 1;
        int j = i;
        while (j < runs.size() && runs.get(j).first() < next * chunkBlocks) {
          j++;
        }
        all.add(new Touched(chunk, next, i, j));
        i = j - 1;
      }
      while (i < runs.size() && runs.get(i).end() <= next * chunkBlocks) {
        i++;
      }
    }
    return all;
  }
}
