package io.s3shard.sim;

import io.s3shard.execution.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An event count of the simulation: each wait is a place where somebody else may go on, also one
 * that need not wait.
 */
final class SimSignal implements Signal {
  private record Waiter(SimTask<?> task, long waitNumber) {}

  private final Simulation simulation;
  private final List<Waiter> waiters = new ArrayList<>();
  private long version;

  SimSignal(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public void raise() {
    version++;
    waiters.forEach(waiter -> simulation.wake(waiter.task, waiter.waitNumber));
    waiters.clear();
  }

  @Override
  public void await(long seen) {
    if (version != seen) {
      simulation.yieldBaton("a signal that was raised");
    }
    while (version == seen) {
      enter();
      simulation.block("a signal");
    }
  }

  @Override
  public void await(long seen, Duration atMost) {
    if (version != seen || atMost.isNegative() || atMost.isZero()) {
      simulation.yieldBaton("a signal that was raised");
      return;
    }
    Waiter waiter = enter();
    simulation.blockAtMost(atMost, "a signal");
    waiters.remove(waiter);
  }

  private Waiter enter() {
    SimTask<?> task = simulation.current();
    Waiter waiter = new Waiter(task, task.waits);
    waiters.add(waiter);
    return waiter;
  }
}
