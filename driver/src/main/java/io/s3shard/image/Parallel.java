package io.s3shard.image;

import io.s3shard.execution.Execution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs pieces of work side by side, a bounded number at a time. */
final class Parallel {
  private Parallel() {}

  /**
   * Returns when all are done. The first failure is thrown, after everything that had begun has
   * ended.
   */
  static void run(Execution execution, String name, int width, List<? extends Runnable> work) {
    if (work.size() == 1) {
      work.getFirst().run();
      return;
    }
    AtomicInteger next = new AtomicInteger();
    List<Execution.Task<Void>> workers = new ArrayList<>();
    for (int i = 0; i < Math.min(width, work.size()); i++) {
      workers.add(
          execution.fork(
              name,
              () -> {
                for (int n = next.getAndIncrement(); n < work.size(); n = next.getAndIncrement()) {
                  work.get(n).run();
                }
                return null;
              }));
    }
    RuntimeException failure = null;
    for (Execution.Task<Void> worker : workers) {
      failure = joined(worker, next, work.size(), failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException joined(
      Execution.Task<Void> worker, AtomicInteger next, int end, @Nullable RuntimeException before) {
    try {
      worker.join();
      return before;
    } catch (RuntimeException e) {
      next.set(end); // what has not begun is not worth beginning
      return before == null ? e : before;
    }
  }
}
