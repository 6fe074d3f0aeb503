package io.s3shard.sim;

import io.s3shard.execution.Execution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A simulated process: tasks that crash together, and that can be stopped together as SIGSTOP does.
 */
final class SimProcess {
  private final Simulation simulation;
  private final String name;
  private final SimExecution execution;
  private final List<SimTask<?>> held = new ArrayList<>();
  private boolean crashed;
  private boolean paused;

  SimProcess(Simulation simulation, String name, SimRandom dice) {
    this.simulation = simulation;
    this.name = name;
    this.execution = new SimExecution(simulation, this, dice);
  }

  String name() {
    return name;
  }

  Execution execution() {
    return execution;
  }

  /** Starts a task that nobody forked. The run is not over before it is done, or crashed. */
  <T> SimTask<T> run(String taskName, Callable<T> body) {
    return simulation.start(this, taskName, true, body);
  }

  /** The same for a body without a result. */
  SimTask<Boolean> run(String taskName, Runnable body) {
    return run(
        taskName,
        () -> {
          body.run();
          return true;
        });
  }

  /**
   * From now on none of its tasks ever goes on, and no {@code finally} of theirs runs. Returns
   * unless the caller is one of them. What it sent may still arrive.
   */
  void crash() {
    if (!crashed) {
      crashed = true;
      held.clear();
      simulation.crash(this);
    }
  }

  boolean isCrashed() {
    return crashed;
  }

  /** Nothing of it goes on until {@link #resume}; what it sent arrives, and time passes. */
  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    held.forEach(simulation::readyAgain);
    held.clear();
  }

  boolean isPaused() {
    return paused;
  }

  /** Keeps a task that may not go on while this is paused. */
  void hold(SimTask<?> task) {
    held.add(task);
  }

  @Override
  public String toString() {
    return name;
  }
}
