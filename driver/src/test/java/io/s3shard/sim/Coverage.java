package io.s3shard.sim;

import java.util.Map;
import java.util.TreeMap;

/**
 * How often what has come up in runs: a simulation that never meets a thing shows nothing about it.
 */
final class Coverage {
  private final TreeMap<String, Long> counts = new TreeMap<>();

  synchronized void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  synchronized void add(Coverage other) {
    other.counts.forEach((what, count) -> counts.merge(what, count, Long::sum));
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  @Override
  public String toString() {
    return counts().toString();
  }
}
