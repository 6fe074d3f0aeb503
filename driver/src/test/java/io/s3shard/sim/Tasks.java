package io.s3shard.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The tasks that live, and of them those that could go on now. */
final class Tasks {
  private final List<SimTask<?>> live = new ArrayList<>();
  private final List<SimTask<?>> ready = new ArrayList<>();
  private int openRoots;

  void add(SimTask<?> task) {
    task.index = live.size();
    live.add(task);
    ready.add(task);
    if (task.root) {
      openRoots++;
    }
  }

  void remove(SimTask<?> task) {
    SimTask<?> last = live.removeLast();
    if (last != task) {
      live.set(task.index, last);
      last.index = task.index;
    }
    if (task.root) {
      openRoots--;
    }
  }

  /** Removes the tasks of a process that has crashed and returns them. */
  List<SimTask<?>> abandon(SimProcess process) {
    Predicate<SimTask<?>> isIts = task -> task.process == process;
    List<SimTask<?>> abandoned = live.stream().filter(isIts).collect(Collectors.toList());
    ready.removeIf(isIts);
    abandoned.forEach(this::remove);
    return abandoned;
  }

  void ready(SimTask<?> task) {
    ready.add(task);
  }

  boolean anyReady() {
    return !ready.isEmpty();
  }

  /** Takes one of those that are ready. */
  SimTask<?> take(SimRandom random) {
    int at = ready.size() == 1 ? 0 : random.below(ready.size());
    SimTask<?> taken = ready.get(at);
    SimTask<?> last = ready.removeLast();
    if (at < ready.size()) {
      ready.set(at, last);
    }
    return taken;
  }

  /** How many tasks that nobody forked are not done yet. */
  int openRoots() {
    return openRoots;
  }

  int count() {
    return live.size();
  }

  String describe(int atMost) {
    return live.stream().limit(atMost).map(SimTask::describe).collect(Collectors.joining("\n"));
  }

  /** Drops all of them. */
  void clear() {
    live.clear();
    ready.clear();
  }
}
