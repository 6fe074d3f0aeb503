package io.s3shard.sim;

import io.s3shard.store.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Processes that open, commit, pin, close, detach and load two volumes, under crashes, pauses,
 * outages and a network that loses, delays and repeats. What anybody is told is held against {@link
 * LogWitness}.
 */
final class LogSimulation {
  private final LogWorld world;
  private final SimRandom dice;
  private final LogWriter.Habit habit;

  private LogSimulation(LogWorld world, LogWriter.Habit habit) {
    this.world = world;
    this.dice = world.simulation.random();
    this.habit = habit;
  }

  /**
   * @throws SimulationFailure naming the seed
   */
  static Outcome run(long seed) {
    return run(seed, LogWriter.Habit.PROPER, (_, store) -> store);
  }

  /** With a rule broken on purpose. */
  static Outcome run(
      long seed, LogWriter.Habit habit, BiFunction<SimBucket, ObjectStore, ObjectStore> spoiling) {
    LogSimulation run = new LogSimulation(new LogWorld(seed, spoiling), habit);
    run.go();
    return new Outcome(
        run.world.simulation.trace().hash(), run.world.simulation.switches(), run.world.coverage);
  }

  private void go() {
    Simulation simulation = world.simulation;
    simulation.limitSwitches(2_000_000);
    List<SimProcess> creators =
        List.of(simulation.process("creator-0"), simulation.process("creator-1"));
    creators.forEach(
        creator -> creator.run("create", () -> new LogController(world, creator).create()));
    simulation.runUntilDone();
    List<SimProcess> processes = new ArrayList<>();
    int hosts = (int) dice.between(2, 4);
    for (int host = 0; host < hosts; host++) {
      processes.add(start("host-" + host));
    }
    SimProcess fate = simulation.process("fate");
    fate.run("fate", () -> strike(fate, processes));
    simulation.runUntilDone();
    lastWord();
    simulation.finish();
    world.collectCounters();
  }

  private SimProcess start(String name) {
    SimProcess process = world.simulation.process(name);
    for (LogWorld.Volume volume : world.volumes) {
      if (dice.chance(0.7)) {
        LogWriter writer = new LogWriter(world, volume, process, habit);
        process.run("writer-" + world.volumes.indexOf(volume), () -> writer.run(6));
      }
    }
    if (dice.chance(0.7)) {
      LogController controller = new LogController(world, process);
      int steps = (int) dice.between(5, 40);
      process.run("controller", () -> controller.run(steps));
    }
    return process;
  }

  /** Crashes, restarts and pauses processes, and takes the bucket away. */
  private boolean strike(SimProcess fate, List<SimProcess> processes) {
    int strikes = dice.below(10);
    for (int i = 0; i < strikes; i++) {
      fate.execution().sleep(dice.between(Duration.ofMillis(10), Duration.ofSeconds(10)));
      int victim = dice.below(processes.size());
      switch (dice.below(6)) {
        case 0, 1 -> {
          processes.get(victim).crash();
          world.coverage.count("crash");
          fate.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(3)));
          processes.set(victim, start("host-" + victim));
        }
        case 2, 3 -> {
          processes.get(victim).pause();
          world.coverage.count("pause");
          fate.execution().sleep(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(60)));
          processes.get(victim).resume();
        }
        case 4 -> world.bucket.outage(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(20)));
        default -> {}
      }
    }
    fate.execution().sleep(Duration.ofMinutes(2));
    world.calm = true;
    return true;
  }

  /** When all have stopped, everything acknowledged is there, and somebody new can go on. */
  private void lastWord() {
    SimProcess process = world.simulation.process("heir");
    for (LogWorld.Volume volume : world.volumes) {
      LogWriter writer = new LogWriter(world, volume, process, LogWriter.Habit.PROPER);
      process.run("last word", writer::lastWord);
    }
    world.simulation.runUntilDone();
  }
}
