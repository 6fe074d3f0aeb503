package io.s3shard.log;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Immutable copies in natural order, so that the same state is always written as the same bytes.
 */
final class Sorted {
  private Sorted() {}

  static <K extends Comparable<K>, V> SortedMap<K, V> copy(SortedMap<K, V> map) {
    SortedMap<K, V> natural = new TreeMap<>();
    natural.putAll(map);
    return Collections.unmodifiableSortedMap(natural);
  }

  static <T extends Comparable<T>> SortedSet<T> copy(SortedSet<T> set) {
    SortedSet<T> natural = new TreeSet<>();
    natural.addAll(set);
    return Collections.unmodifiableSortedSet(natural);
  }
}
