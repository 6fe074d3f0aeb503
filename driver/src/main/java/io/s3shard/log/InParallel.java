package io.s3shard.log;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Execution.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Requests beside each other: results in the order of their causes. */
final class InParallel {
  /** How many at a time. */
  private static final int WIDTH = 64;

  private InParallel() {}

  /** Waits for all of them; throws what the first that failed threw. */
  static <A, B> List<B> map(Execution execution, List<A> causes, Function<A, B> request) {
    int width = Math.min(WIDTH, causes.size());
    List<Task<List<B>>> tasks = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      int lane = i;
      tasks.add(execution.fork("log-fetch-" + lane, () -> lane(causes, lane, width, request)));
    }
    List<List<B>> lanes = joinAll(tasks);
    List<B> results = new ArrayList<>(causes.size());
    for (int i = 0; i < causes.size(); i++) {
      results.add(lanes.get(i % width).get(i / width));
    }
    return results;
  }

  private static <A, B> List<B> lane(List<A> causes, int lane, int width, Function<A, B> request) {
    List<B> results = new ArrayList<>();
    for (int i = lane; i < causes.size(); i += width) {
      results.add(request.apply(causes.get(i)));
    }
    return results;
  }

  private static <B> List<List<B>> joinAll(List<Task<List<B>>> tasks) {
    List<List<B>> lanes = new ArrayList<>();
    List<RuntimeException> failures = new ArrayList<>();
    for (Task<List<B>> task : tasks) {
      try {
        lanes.add(task.join());
      } catch (RuntimeException failure) {
        failures.add(failure);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    return lanes;
  }
}
