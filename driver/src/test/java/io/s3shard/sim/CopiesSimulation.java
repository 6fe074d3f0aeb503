package io.s3shard.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Volumes that are written to on two machines, while others make snapshots, groups of them, clones,
 * clones of clones, restore, delete and sweep in any order; all of them are killed at any moment,
 * over a network that loses, delays and repeats. Every byte that a volume or a pin needs is there
 * and right; when all is quiet, a sweep leaves nothing that nobody needs.
 */
final class CopiesSimulation {
  private final CopiesWorld world;

  private CopiesSimulation(CopiesWorld world) {
    this.world = world;
  }

  /**
   * @throws SimulationFailure naming the seed
   */
  static Outcome run(long seed) {
    return run(seed, CopiesMutation.NONE);
  }

  /** With a rule broken on purpose. */
  static Outcome run(long seed, CopiesMutation mutation) {
    CopiesSimulation run = new CopiesSimulation(new CopiesWorld(seed, mutation));
    run.go();
    run.world.coverage.add(run.world.bucket.network());
    Simulation simulation = run.world.simulation;
    return new Outcome(simulation.trace().hash(), simulation.switches(), run.world.coverage);
  }

  private void go() {
    Simulation simulation = world.simulation;
    simulation.limitSwitches(3_000_000);
    List<CopiesHost> hosts = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      CopiesHost host = new CopiesHost(world, "host-" + i);
      hosts.add(host);
      host.start();
    }
    List<SimProcess> admins = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      admins.add(admin("admin-" + i));
    }
    SimProcess fate = simulation.process("fate");
    fate.run("fate", () -> strike(fate, hosts, admins));
    simulation.runUntilDone();
    SimProcess end = simulation.process("end");
    end.run(
        "the end",
        () -> {
          // what was on its way arrives
          end.execution().sleep(Duration.ofHours(1));
          CopiesEnd last = new CopiesEnd(world, end);
          last.look();
          last.nothingElseIsThere();
          last.look();
          last.nothingIsLeft();
        });
    simulation.runUntilDone();
    simulation.finish();
  }

  private SimProcess admin(String name) {
    SimProcess process = world.simulation.process(name);
    CopiesAdmin admin = new CopiesAdmin(world, process);
    process.run("administer", admin::run);
    return process;
  }

  private boolean strike(SimProcess fate, List<CopiesHost> hosts, List<SimProcess> admins) {
    for (int i = 5 + world.dice.below(15); i > 0; i--) {
      fate.execution().sleep(world.dice.between(Duration.ofMillis(10), Duration.ofSeconds(12)));
      switch (world.dice.below(8)) {
        case 0, 1, 2 -> world.dice.oneOf(hosts).crash();
        case 3, 4, 5 -> {
          int victim = world.dice.below(admins.size());
          admins.get(victim).crash();
          world.coverage.count("an administrator was killed");
          admins.set(victim, admin("admin-" + world.next()));
        }
        case 6 ->
            world.bucket.outage(world.dice.between(Duration.ofSeconds(1), Duration.ofSeconds(20)));
        default -> {}
      }
    }
    world.calm = true;
    return true;
  }
}
