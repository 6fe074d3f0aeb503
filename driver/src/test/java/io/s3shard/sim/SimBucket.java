package io.s3shard.sim;

import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The bucket that all processes share, and the network before it. */
final class SimBucket {
  private final Simulation simulation;
  private final Faults faults;
  private final SimRandom dice;
  private final MemoryStore objects = new MemoryStore();
  private final List<Consumer<ObjectKey>> watchers = new ArrayList<>();
  private final List<Landing> landings = new ArrayList<>();
  private final Coverage network = new Coverage();
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

  /** Has {@code watcher} told of each key that a put-if-absent has just won. It must not wait. */
  void watch(Consumer<ObjectKey> watcher) {
    watchers.add(watcher);
  }

  /** Is told of each object that a put has just brought. It must not wait. */
  interface Landing {
    void stored(ObjectKey key, Body body, Purpose purpose);
  }

  void watchPuts(Landing landing) {
    landings.add(landing);
  }

  void put(ObjectKey key, Body body, Purpose purpose) {
    objects.put(key, body, purpose);
    landings.forEach(landing -> landing.stored(key, body, purpose));
  }

  PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    PutOutcome outcome = objects.putIfAbsent(key, body, purpose);
    if (outcome == PutOutcome.WON) {
      watchers.forEach(watcher -> watcher.accept(key));
    }
    return outcome;
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
    network.count("outage");
    away = true;
    simulation.after(duration, () -> away = false);
  }

  boolean isAway() {
    return away;
  }

  /** What requests have met. */
  Coverage network() {
    return network;
  }
}
