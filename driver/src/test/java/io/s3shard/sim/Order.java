package io.s3shard.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which operations came before which: as bytes show it, and as they must where one was over before
 * the other began.
 */
final class Order {
  private final Map<Operation, Set<Operation>> after = new LinkedHashMap<>();

  /** Some bytes show that {@code first} came before {@code then}. */
  void shown(Operation first, Operation then) {
    after.computeIfAbsent(first, _ -> new LinkedHashSet<>()).add(then);
    after.computeIfAbsent(then, _ -> new LinkedHashSet<>());
  }

  /**
   * Operations each of which came before the next, and the last before the first; empty: there is
   * an order.
   */
  List<Operation> ring() {
    Set<Operation> free = new LinkedHashSet<>();
    for (Operation start : after.keySet()) {
      List<Operation> ring = ring(start, new LinkedHashSet<>(), free);
      if (!ring.isEmpty()) {
        return ring;
      }
    }
    return List.of();
  }

  /** {@code free}: of which it is known that no ring goes through them. */
  private List<Operation> ring(Operation at, LinkedHashSet<Operation> path, Set<Operation> free) {
    if (free.contains(at)) {
      return List.of();
    }
    if (!path.add(at)) {
      List<Operation> way = new ArrayList<>(path);
      return way.subList(way.indexOf(at), way.size());
    }
    for (Operation next : after.keySet()) {
      if (after.get(at).contains(next) || at.precedes(next)) {
        List<Operation> ring = ring(next, path, free);
        if (!ring.isEmpty()) {
          return ring;
        }
      }
    }
    path.remove(at);
    free.add(at);
    return List.of();
  }
}
