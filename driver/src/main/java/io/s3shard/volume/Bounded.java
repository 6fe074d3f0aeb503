package io.s3shard.volume;

import io.s3shard.execution.Execution;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The same for many things at once, a bounded number at a time. */
final class Bounded {
  private static final int AT_ONCE = 16;

  private final Execution execution;

  Bounded(Execution execution) {
    this.execution = execution;
  }

  /**
   * The results in the order of {@code items}. The first failure is thrown, after all that was
   * begun has ended.
   */
  <T, R> List<R> map(String name, List<T> items, Function<T, R> body) {
    List<R> results = new ArrayList<>(items.size());
    for (int from = 0; from < items.size(); from += AT_ONCE) {
      List<Execution.Task<R>> tasks = new ArrayList<>();
      for (T item : items.subList(from, Math.min(items.size(), from + AT_ONCE))) {
        tasks.add(execution.fork(name, () -> body.apply(item)));
      }
      joinAll(tasks, results);
    }
    return results;
  }

  private static <R> void joinAll(List<Execution.Task<R>> tasks, List<R> results) {
    RuntimeException failure = null;
    for (Execution.Task<R> task : tasks) {
      try {
        results.add(task.join());
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
