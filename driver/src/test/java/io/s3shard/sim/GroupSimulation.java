package io.s3shard.sim;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.image.Image;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LivePin;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.testing.NoWaiting;
import io.s3shard.testing.TestHost;
import io.s3shard.volume.GarbageCollection;
import io.s3shard.volume.GroupSnapshots;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Group snapshots under two writers that depend on each other: each writes the next number only
 * when the other one's is durable. So the numbers in a group are the same, or the first volume is
 * one ahead. Whoever takes the snapshots is killed at any moment, and somebody else asks again.
 */
final class GroupSimulation {
  private static final int VOLUMES = 2;

  /** Longer than a bad network can keep a writer waiting. */
  private static final Duration STUCK = Duration.ofMinutes(10);

  /**
   * Longer than all tries of somebody who takes a group take in a network in which none succeeds.
   */
  private static final Duration ENDLESS = Duration.ofHours(5);

  private final Simulation simulation;
  private final SimRandom dice;
  private final SimBucket bucket;
  private final boolean holds;
  private final Coverage coverage = new Coverage();
  private final List<Volume> volumes = new ArrayList<>();
  private final long[] durable = new long[VOLUMES];
  private boolean calm;

  private GroupSimulation(long seed, boolean holds) {
    this.simulation = new Simulation(seed);
    this.dice = simulation.random();
    this.bucket = new SimBucket(simulation, Faults.random(dice));
    this.holds = holds;
    Volumes direct =
        new Volumes(bucket.objects(), simulation.process("creator").execution(), "sim");
    simulation
        .process("creator")
        .run(
            "create",
            () -> {
              for (int i = 0; i < VOLUMES; i++) {
                volumes.add(
                    direct.create(
                        new NewVolume("volume-" + i, 4096, TestHost.CHUNK_BYTES, new TreeMap<>())));
              }
            });
    simulation.runUntilDone();
  }

  static Outcome run(long seed) {
    return run(seed, true);
  }

  /** {@code holds}: false takes the snapshots one after the other, and calls them a group. */
  static Outcome run(long seed, boolean holds) {
    GroupSimulation run = new GroupSimulation(seed, holds);
    run.go();
    run.coverage.add(run.bucket.network());
    return new Outcome(run.simulation.trace().hash(), run.simulation.switches(), run.coverage);
  }

  private void go() {
    simulation.limitSwitches(5_000_000);
    for (int i = 0; i < VOLUMES; i++) {
      int index = i;
      SimProcess process = simulation.process("writer-" + i);
      process.run("write", () -> write(process, index));
    }
    SimProcess fate = simulation.process("fate");
    int rounds = 2 + dice.below(4);
    fate.run("fate", () -> rounds(fate.execution(), rounds));
    simulation.runUntilDone();
    SimProcess heir = simulation.process("heir");
    heir.run("last word", () -> lastWord(heir));
    simulation.runUntilDone();
    simulation.finish();
  }

  private ObjectStore store(SimProcess process) {
    return new StoreStack(
            bucket.reachedBy(process), new StoreSettings(16, Optional.empty()), process.execution())
        .store();
  }

  private Snapshots snapshots(SimProcess process) {
    return new Snapshots(new Volumes(store(process), process.execution(), "sim"));
  }

  // ---- the writers

  private void write(SimProcess process, int index) {
    Execution execution = process.execution();
    TestHost host = new TestHost(store(process), execution, process.name());
    VolumeImage image = host.opener().openForWriting(volumes.get(index).id(), false);
    while (!calm) {
      long next = durable[index] + 1;
      long cause = index == 0 ? next - 1 : next;
      if (durable[1 - index] < cause) {
        execution.sleep(dice.between(Duration.ofMillis(1), Duration.ofMillis(20)));
        continue;
      }
      image.write(0, ByteBuffer.allocate(Long.BYTES).putLong(0, next));
      image.flush();
      durable[index] = next;
    }
    image.close();
  }

  // ---- those who take snapshots

  private void rounds(Execution execution, int rounds) {
    for (int i = 0; i < rounds; i++) {
      String name = "group-" + i;
      execution.sleep(dice.between(Duration.ZERO, Duration.ofSeconds(3)));
      while (dice.chance(0.6)) {
        SimProcess taker = simulation.process("taker-of-" + name);
        SimTask<Boolean> task = taker.run("take", () -> take(taker, name));
        execution.sleep(
            dice.between(Duration.ZERO, Duration.ofMillis(dice.oneOf(List.of(300L, 2_000L)))));
        if (!task.isDone()) {
          taker.crash();
          coverage.count("a taker was killed");
        }
        writersGoOn(execution);
      }
      if (dice.chance(0.8)) {
        SimProcess taker = simulation.process("last-taker-of-" + name);
        SimTask<Boolean> task = taker.run("take", () -> take(taker, name));
        until(execution, ENDLESS, task::isDone, "the group snapshot ends");
      } else {
        coverage.count("nobody asked again");
      }
      writersGoOn(execution);
    }
    calm = true;
  }

  private void writersGoOn(Execution execution) {
    long before = durable[0] + durable[1];
    until(execution, STUCK, () -> durable[0] + durable[1] > before + 2, "the writers go on");
  }

  private void until(Execution execution, Duration atMost, BooleanSupplier reached, String what) {
    long since = execution.nanoTime();
    while (!reached.getAsBoolean()) {
      if (execution.nanoTime() - since > atMost.toNanos()) {
        throw new AssertionError("after " + atMost + " it is not yet so that " + what);
      }
      execution.sleep(Duration.ofMillis(50));
    }
  }

  private boolean take(SimProcess process, String name) {
    for (int i = 0; i < 5; i++) {
      try {
        look(process, taken(process, name));
        return true;
      } catch (S3ShardException e) {
        coverage.count("taker: " + e.getClass().getSimpleName());
        process.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(5)));
      }
    }
    return false;
  }

  private List<Snapshot> taken(SimProcess process, String name) {
    Snapshots snapshots = snapshots(process);
    if (holds) {
      return new GroupSnapshots(snapshots)
          .create(volumes.stream().map(Volume::id).toList(), name)
          .members();
    }
    return volumes.reversed().stream().map(volume -> snapshots.create(volume.id(), name)).toList();
  }

  private void look(SimProcess process, List<Snapshot> members) {
    long[] found = new long[VOLUMES];
    TestHost host = new TestHost(store(process), process.execution(), process.name());
    for (Snapshot member : members) {
      for (int i = 0; i < VOLUMES; i++) {
        if (member.volume().equals(volumes.get(i).id())) {
          found[i] = number(host.opener().openPinned(member.volume(), member.pin(), "it"));
        }
      }
    }
    if (found[1] > found[0] || found[0] > found[1] + 1) {
      throw new AssertionError(
          "the group holds " + found[0] + " on the first and " + found[1] + " on the second");
    }
    coverage.count("a group was looked at");
  }

  private static long number(Image image) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
    image.read(0, bytes);
    return bytes.getLong(0);
  }

  // ---- the end

  /**
   * Two hours later a sweep has taken back what was not finished; every group that is left is
   * right.
   */
  private void lastWord(SimProcess process) {
    process.execution().sleep(Duration.ofHours(2));
    Volumes all = new Volumes(store(process), process.execution(), "sim");
    boolean swept = false;
    while (!swept) {
      swept =
          new GarbageCollection(all, false)
              .run(_ -> {}).stream().allMatch(collected -> collected.problem().isEmpty());
    }
    Volumes direct = new Volumes(bucket.objects(), new NoWaiting(), "sim");
    Snapshots snapshots = new Snapshots(direct);
    Volume first = direct.find(volumes.getFirst().id()).orElseThrow();
    Volume second = direct.find(volumes.getLast().id()).orElseThrow();
    for (Volume volume : List.of(first, second)) {
      for (LivePin pin : direct.pins(volume)) {
        if (!pin.name().startsWith("group-")) {
          throw new AssertionError("a sweep has left " + pin);
        }
      }
    }
    List<Snapshot> members = snapshots.of(first);
    for (Snapshot member : members) {
      look(process, List.of(member, snapshots.get(second, member.name())));
    }
    if (snapshots.of(second).size() != members.size()) {
      throw new AssertionError("half of a group is left: " + snapshots.of(second));
    }
  }
}
