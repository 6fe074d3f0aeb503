package io.s3shard.map;

import java.util.List;

/** The entries of several pages by rising chunk; of those for the same chunk the newest page's. */
final class MergedEntries {
  private final List<Page> layers;
  private final int[] cursors;
  private final long end;
  private int chosen;

  /** {@code layers}: newest first. Chunks {@code from} up to {@code end}. */
  MergedEntries(List<Page> layers, long from, long end) {
    this.layers = List.copyOf(layers);
    this.cursors = layers.stream().mapToInt(page -> page.ceiling(from)).toArray();
    this.end = end;
  }

  /** Goes on to the next chunk; false if there is none. */
  boolean next() {
    long chunk = Long.MAX_VALUE;
    for (int i = 0; i < cursors.length; i++) {
      if (cursors[i] < layers.get(i).size() && layers.get(i).chunk(cursors[i]) < chunk) {
        chunk = layers.get(i).chunk(cursors[i]);
        chosen = i;
      }
    }
    if (chunk >= end) {
      return false;
    }
    for (int i = 0; i < cursors.length; i++) {
      if (cursors[i] < layers.get(i).size() && layers.get(i).chunk(cursors[i]) == chunk) {
        cursors[i]++;
      }
    }
    return true;
  }

  Page page() {
    return layers.get(chosen);
  }

  int index() {
    return cursors[chosen] - 1;
  }
}
