package io.s3shard.sim;

import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectStore;
import java.time.Duration;

/** The bucket that all processes share, and the network before it. */
final class SimBucket {
  private final Simulation simulation;
  private final Faults faults;
  private final SimRandom dice;
  private final MemoryStore objects = new MemoryStore();
  private boolean away;

  SimBucket(Simulation simulation, Faults faults) {
    this.simulation = simulation;
    this.faults = faults;
    this.dice = simulation.random().split();
  }

  /** The bucket as {@code process} reaches it. */
  SimStore reachedBy(SimProcess process) {
    return new SimStore(simulation, this, process);
  }

  /** What lies in it, for checks: no latency, no faults. */
  ObjectStore objects() {
    return objects;
  }

  Faults faults() {
    return faults;
  }

  SimRandom dice() {
    return dice;
  }

  /** For so long nothing arrives and nothing is answered. */
  void outage(Duration duration) {
    simulation.note("outage", duration.toString(), 0);
    away = true;
    simulation.after(duration, () -> away = false);
  }

  boolean isAway() {
    return away;
  }
}
