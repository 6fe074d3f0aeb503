package io.s3shard.sim;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/**
 * {@link Execution} of one simulated process: virtual time, seeded dice, and a baton that one task
 * of all processes holds.
 */
final class SimExecution implements Execution {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Simulation simulation;
  private final SimProcess process;
  private final SimRandom dice;

  /** Monotonic clocks of two processes have nothing to do with each other. */
  private final long clockOffset;

  SimExecution(Simulation simulation, SimProcess process, SimRandom dice) {
    this.simulation = simulation;
    this.process = process;
    this.dice = dice;
    this.clockOffset = dice.between(-1L << 50, 1L << 50);
  }

  @Override
  public <T> Task<T> fork(String name, Callable<T> body) {
    SimTask<T> task = simulation.start(process, name, false, body);
    simulation.yieldBaton("a fork");
    return task;
  }

  @Override
  public void sleep(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      simulation.yieldBaton("no time at all");
    } else {
      simulation.blockAtMost(duration, "time");
    }
  }

  @Override
  public long nanoTime() {
    return simulation.nanos() + clockOffset;
  }

  @Override
  public Instant now() {
    return START.plusNanos(simulation.nanos());
  }

  @Override
  public long random(long bound) {
    return dice.below(bound);
  }

  @Override
  public byte[] randomBytes(int count) {
    return dice.bytes(count);
  }

  @Override
  public Signal signal() {
    return new SimSignal(simulation);
  }
}
