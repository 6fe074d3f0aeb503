package io.s3shard.sim;

import io.s3shard.execution.Execution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A task of a simulated process: a virtual thread that runs only while it holds the baton. A task
 * that is abandoned is parked for ever; nobody refers to it any more, so that the garbage collector
 * takes it, and no {@code finally} of it ever runs.
 */
final class SimTask<T> implements Execution.Task<T>, Runnable {
  enum State {
    READY,
    WAITING,
    DONE,
    ABANDONED
  }

  final SimProcess process;
  final String name;

  /** Whether the run is over only when this is: true of tasks that no task forked. */
  final boolean root;

  State state = State.READY;

  /** Where this is in {@link Tasks}. */
  int index;

  /** Counts the waits, so that a wake-up for an earlier one is known as such. */
  long waits;

  /** What it waits for, for people. */
  String waitsFor = "";

  @Nullable Throwable error;
  boolean joined;

  private final Simulation simulation;
  private final Callable<T> body;
  private final List<SimTask<?>> joiners = new ArrayList<>();
  private @Nullable Thread thread;
  private @Nullable T result;
  private volatile boolean baton;

  SimTask(Simulation simulation, SimProcess process, String name, boolean root, Callable<T> body) {
    this.simulation = simulation;
    this.process = process;
    this.name = process.name() + "/" + name;
    this.root = root;
    this.body = body;
  }

  /**
   * Lets this task go on. Whoever calls this must not touch the simulation afterwards until it has
   * the baton again.
   */
  void handBaton() {
    baton = true;
    if (thread == null) {
      thread = Thread.ofVirtual().name(name).unstarted(this);
      thread.start();
    } else {
      LockSupport.unpark(thread);
    }
  }

  void awaitBaton() {
    while (!baton) {
      LockSupport.park();
    }
    baton = false;
  }

  @Override
  public void run() {
    baton = false;
    try {
      result = body.call();
    } catch (Throwable e) {
      error = e;
    }
    simulation.ended(this);
  }

  /** Called by the ending task itself, or by the crash of its process. */
  void wakeJoiners() {
    joiners.forEach(joiner -> simulation.wake(joiner, joiner.waits));
    joiners.clear();
  }

  @Override
  public T join() {
    joined = true;
    while (state != State.DONE) {
      if (state == State.ABANDONED) {
        throw new Abandoned(name);
      }
      joiners.add(simulation.current());
      simulation.block("the end of " + name);
    }
    return outcome();
  }

  /** What it returned or threw. Only when it is done. */
  T outcome() {
    joined = true;
    return switch (error) {
      case null -> result;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(error);
    };
  }

  @Override
  public boolean isDone() {
    return state == State.DONE;
  }

  boolean isThread(Thread other) {
    return other == thread;
  }

  /** Name, state and stack, for a report. */
  String describe() {
    StringBuilder text = new StringBuilder(name + ": " + state);
    if (state == State.WAITING) {
      text.append(" for ").append(waitsFor);
    }
    if (thread != null) {
      for (StackTraceElement frame : thread.getStackTrace()) {
        if (!frame.getClassName().startsWith("java.") && !frame.getClassName().startsWith("jdk.")) {
          text.append("\n    at ").append(frame);
        }
      }
    }
    return text.toString();
  }
}
