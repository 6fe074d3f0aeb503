package io.s3shard.sim;

import io.s3shard.error.S3ShardException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The baton and the clock of one run. Every task is a virtual thread; exactly one holds the baton.
 * Where a task waits, sleeps, joins or forks, a seeded choice says who goes on; when all wait, time
 * jumps to what comes next. The same seed gives the same schedule.
 *
 * <p>All fields are guarded by the baton: who hands it on publishes what it wrote. The thread that
 * calls {@link #runUntilDone} and its kin is the driver; it holds the baton while no task does.
 */
final class Simulation {
  /**
   * Real time without a single switch, after which a task must have blocked for real: a lock held
   * across a wait.
   */
  private static final Duration STUCK = Duration.ofSeconds(60);

  private static final int DESCRIBED_TASKS = 60;

  private final long seed;
  private final SimRandom random;
  private final SimRandom schedule;
  private final double hurry;
  private final Trace trace = new Trace();
  private final Tasks tasks = new Tasks();
  private final Agenda agenda = new Agenda();
  private final List<SimTask<?>> failedTasks = new ArrayList<>();
  private @Nullable Thread driver;

  private long nanos;
  private long stopAt = Long.MAX_VALUE;
  private boolean stopWhenRootsAreDone;
  private long switchLimit = 20_000_000;
  private boolean acting;
  private @Nullable SimTask<?> current;
  private @Nullable Throwable failure;
  private String failureLine = "";
  private volatile long switches;
  private volatile boolean driverHasBaton = true;

  Simulation(long seed) {
    this.seed = seed;
    this.random = new SimRandom(seed);
    this.schedule = random.split();
    this.hurry = random.oneOf(List.of(0.0, 0.0, 0.004, 0.03, 0.2));
  }

  long seed() {
    return seed;
  }

  /**
   * Dice for workloads and faults; draw from them in an order that follows from the seed, or split
   * them.
   */
  SimRandom random() {
    return random;
  }

  Trace trace() {
    return trace;
  }

  /** Virtual nanoseconds since the start of the run. */
  long nanos() {
    return nanos;
  }

  /** How often the baton was handed on. */
  long switches() {
    return switches;
  }

  /** After so many switches the run counts as one that never ends. */
  void limitSwitches(long limit) {
    switchLimit = limit;
  }

  SimProcess process(String name) {
    return new SimProcess(this, name, random.split());
  }

  /**
   * Has {@code action} done at a later virtual time, whoever has crashed until then. It never
   * waits.
   */
  void after(Duration delay, Runnable action) {
    agenda.act(nanos + Math.max(0, delay.toNanos()), action);
  }

  /** Notes an event of the world in the trace. */
  void noteOf(String actor, String event, String detail) {
    trace.add(nanos, actor, event, detail, 0);
  }

  /** Notes an event of the task that has the baton. */
  void note(String event, String detail, long number) {
    trace.add(nanos, current == null ? "-" : current.name, event, detail, number);
  }

  /**
   * Lets things happen until every task that was started by {@link SimProcess#run} is done or has
   * crashed.
   */
  void runUntilDone() {
    stopWhenRootsAreDone = true;
    drive();
    stopWhenRootsAreDone = false;
    failIfDeadlocked();
  }

  /** Lets things happen until nothing can any more. */
  void runUntilQuiet() {
    drive();
    failIfDeadlocked();
  }

  /** Lets things happen until so much virtual time has passed. */
  void advance(Duration duration) {
    stopAt = nanos + duration.toNanos();
    drive();
    nanos = stopAt;
    stopAt = Long.MAX_VALUE;
  }

  /**
   * Ends the run: nobody ever goes on. Fails if a task has failed and nobody has joined it, but for
   * a forked one that threw an {@code S3ShardException}.
   */
  void finish() {
    failedTasks.stream()
        .filter(task -> !task.joined)
        .findFirst()
        .ifPresent(task -> {
          throw failed("task " + task.name + " has failed and nobody joined it", task.error);
        });
    tasks.clear();
    agenda.clear();
  }

  /** Fails the run from inside of it. Never returns. */
  RuntimeException fail(String line, @Nullable Throwable cause) {
    noteFailure(line, cause);
    SimTask<?> self = current();
    switchFrom(self);
    throw new IllegalStateException("a failed run goes on");
  }

  // Called by tasks.

  <T> SimTask<T> start(SimProcess process, String name, boolean root, Callable<T> body) {
    SimTask<T> task = new SimTask<>(this, process, name, root, body);
    if (process.isCrashed()) {
      task.state = SimTask.State.ABANDONED;
    } else {
      tasks.add(task);
      trace.add(nanos, task.name, "starts", "", 0);
    }
    return task;
  }

  /**
   * The task that has the baton. @throws IllegalStateException if the caller is not a task of this
   * run
   */
  SimTask<?> current() {
    if (current == null || acting || !current.isThread(Thread.currentThread())) {
      throw new IllegalStateException("not by a task of the simulation: " + Thread.currentThread());
    }
    return current;
  }

  /** Lets somebody else go on, or not. */
  void yieldBaton(String why) {
    SimTask<?> self = current();
    self.waitsFor = why;
    tasks.ready(self);
    switchFrom(self);
  }

  /** Waits until somebody calls {@link #wake}. */
  void block(String why) {
    SimTask<?> self = current();
    self.state = SimTask.State.WAITING;
    self.waitsFor = why;
    switchFrom(self);
  }

  /** The same, or until so much time has passed. */
  void blockAtMost(Duration duration, String why) {
    agenda.wake(nanos + duration.toNanos(), current());
    block(why);
  }

  /** Ends the wait number {@code wait} of {@code task}, if it is still in it. */
  void wake(SimTask<?> task, long wait) {
    if (task.state == SimTask.State.WAITING && task.waits == wait) {
      task.waits++;
      task.state = SimTask.State.READY;
      tasks.ready(task);
    }
  }

  void readyAgain(SimTask<?> task) {
    tasks.ready(task);
  }

  void crash(SimProcess process) {
    note("crash of", process.name(), 0);
    List<SimTask<?>> abandoned = tasks.abandon(process);
    abandoned.forEach(task -> task.state = SimTask.State.ABANDONED);
    abandoned.forEach(SimTask::wakeJoiners);
    if (current != null && current.process == process && !acting) {
      switchFrom(current);
    }
  }

  void ended(SimTask<?> task) {
    task.state = SimTask.State.DONE;
    trace.add(
        nanos,
        task.name,
        task.error == null ? "ends" : "fails",
        task.error == null ? "" : task.error.toString(),
        0);
    tasks.remove(task);
    if (task.error instanceof Error) {
      noteFailure("task " + task.name + " has failed: " + task.error, task.error);
    } else if (task.error != null && (task.root || !(task.error instanceof S3ShardException))) {
      failedTasks.add(task);
    }
    task.wakeJoiners();
    handOn(next());
  }

  private void switchFrom(SimTask<?> self) {
    SimTask<?> next = next();
    if (next == self) {
      return;
    }
    handOn(next);
    self.awaitBaton();
  }

  private void handOn(@Nullable SimTask<?> next) {
    if (next == null) {
      driverHasBaton = true;
      LockSupport.unpark(driver);
    } else {
      next.handBaton();
    }
  }

  /**
   * Who goes on; null: the driver. Lets time jump when it must, and now and then although somebody
   * could go on.
   */
  private @Nullable SimTask<?> next() {
    SimTask<?> chosen = choose();
    current = chosen;
    switches = switches + 1;
    if (chosen != null) {
      trace.goesOn(nanos, chosen.name);
    }
    return chosen;
  }

  private @Nullable SimTask<?> choose() {
    while (failure == null) {
      if (stopWhenRootsAreDone && tasks.openRoots() == 0) {
        return null;
      }
      if (tasks.anyReady() && !schedule.chance(hurry)) {
        SimTask<?> taken = tasks.take(schedule);
        if (!taken.process.isPaused()) {
          return switches < switchLimit ? taken : endless();
        }
        taken.process.hold(taken);
      } else if (!jump()) {
        if (!tasks.anyReady()) {
          return null;
        }
      }
    }
    return null;
  }

  private @Nullable SimTask<?> endless() {
    noteFailure("the run does not end: " + switches + " switches", null);
    return null;
  }

  /** Goes to the next entry of the agenda; false if there is none before the run is to stop. */
  private boolean jump() {
    Agenda.Entry entry = agenda.peek();
    if (entry == null || entry.nanos() > stopAt) {
      return false;
    }
    agenda.take();
    nanos = entry.nanos();
    if (entry.task() != null) {
      wake(entry.task(), entry.waitNumber());
    } else if (entry.action() != null) {
      act(entry.action());
    }
    return true;
  }

  private void act(Runnable action) {
    acting = true;
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      noteFailure("the world has failed: " + e, e);
    }
    acting = false;
  }

  private void noteFailure(String line, @Nullable Throwable cause) {
    if (failure == null) {
      failureLine = line;
      failure = cause == null ? new AssertionError(line) : cause;
    }
  }

  // Called by the driver.

  private void drive() {
    driver = Thread.currentThread();
    driverHasBaton = false;
    handOn(next());
    long seen = -1;
    long since = System.nanoTime();
    while (!driverHasBaton) {
      LockSupport.parkNanos(this, 1_000_000_000L);
      if (seen != switches) {
        seen = switches;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > STUCK.toNanos()) {
        throw failed("nothing went on for " + STUCK + ": is a lock held across a wait?", null);
      }
    }
    if (failure != null) {
      throw failed(failureLine, failure);
    }
  }

  private void failIfDeadlocked() {
    if (tasks.openRoots() > 0) {
      throw failed(
          "deadlock: all tasks wait, and " + tasks.openRoots() + " of them must not", null);
    }
  }

  private SimulationFailure failed(String line, @Nullable Throwable cause) {
    String report =
        "seed "
            + seed
            + " at "
            + Duration.ofNanos(nanos)
            + ": "
            + line
            + "\n--- "
            + tasks.count()
            + " tasks\n"
            + tasks.describe(DESCRIBED_TASKS)
            + "\n--- the last events of "
            + trace.count()
            + "\n"
            + trace;
    return new SimulationFailure(report, cause);
  }
}
