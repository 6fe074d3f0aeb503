package io.s3shard.sim;

import io.s3shard.testing.Mutation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * {@code SEEDS [FIRST [MUTATION]]}: runs the simulation of the log and that of the engine with so
 * many seeds, on all cores; with {@code -Ds3shard.sim.of=copies} that of copies. A failure is
 * printed with its seed, the tasks and the last events; {@code SEEDS} = 1 and {@code FIRST} = that
 * seed repeats it, and {@code -Ds3shard.sim.trace=N} shows N events. With a rule broken on purpose
 * only that of the engine runs, one seed after the other, until one notices.
 */
public final class SimulationMain {
  /** So many failures are printed; of the others the seed. */
  private static final int PRINTED = 3;

  /** Of what, with commas between. */
  private static final List<String> OF =
      List.of(System.getProperty("s3shard.sim.of", "log,image").split(","));

  private final long first;
  private final long end;
  private final AtomicLong next;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong switches = new AtomicLong();
  private final ConcurrentSkipListSet<Long> failed = new ConcurrentSkipListSet<>();
  private final Coverage coverage = new Coverage();
  private final long startedNanos = System.nanoTime();

  private SimulationMain(long seeds, long first) {
    this.first = first;
    this.end = first + seeds;
    this.next = new AtomicLong(first);
  }

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length < 1 || arguments.length > 3) {
      System.err.println("usage: SimulationMain SEEDS [FIRST [MUTATION]]");
      System.exit(2);
    }
    QuietLog.quiet();
    if (arguments.length == 3) {
      Mutation mutation = Mutation.valueOf(arguments[2]);
      int _ =
          Seeds.untilCaught(
              mutation.name(),
              Long.parseLong(arguments[1]),
              Integer.parseInt(arguments[0]),
              seed -> ImageSimulation.run(seed, mutation));
      return;
    }
    SimulationMain runs =
        new SimulationMain(
            Long.parseLong(arguments[0]), arguments.length > 1 ? Long.parseLong(arguments[1]) : 1);
    System.exit(runs.run() ? 0 : 1);
  }

  private boolean run() throws InterruptedException {
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      workers.add(Thread.ofPlatform().daemon().name("simulation-" + i).start(this::work));
    }
    for (Thread worker : workers) {
      while (!worker.join(Duration.ofSeconds(5))) {
        printProgress();
      }
    }
    printProgress();
    System.out.println("what came up: " + coverage);
    failed.forEach(seed -> System.out.println("failed: seed " + seed));
    return failed.isEmpty();
  }

  private void work() {
    for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
      try {
        run("log", seed, LogSimulation::run);
        run("image", seed, ImageSimulation::run);
        run("copies", seed, CopiesSimulation::run);
      } catch (Throwable failure) {
        failed(seed, failure);
      }
      done.incrementAndGet();
    }
  }

  private void run(String simulation, long seed, LongFunction<Outcome> run) {
    if (OF.contains(simulation)) {
      Outcome outcome = run.apply(seed);
      coverage.add(outcome.coverage());
      switches.addAndGet(outcome.switches());
    }
  }

  private synchronized void failed(long seed, Throwable failure) {
    failed.add(seed);
    if (failed.size() <= PRINTED) {
      System.out.println("---- seed " + seed + " failed");
      System.out.println(failure.getMessage());
      if (failure.getCause() != null) {
        failure.getCause().printStackTrace(System.out);
      }
    }
  }

  private void printProgress() {
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%d of %d seeds from %d, %d failed, %.0f s, %.1f seeds and %.0f switches a second%n",
        done.get(),
        end - first,
        first,
        failed.size(),
        seconds,
        done.get() / seconds,
        switches.get() / seconds);
  }
}
