package io.s3shard.sim;

import io.s3shard.image.ImageOpener;
import io.s3shard.store.StoreSettings;
import io.s3shard.testing.Mutation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole engine: hosts that open images, work on them with several tasks at once, crash, lose
 * what they have, are paused and robbed of their volumes, over a network that loses, delays and
 * repeats. Whoever opens an image finds a state that the model explains: after a crash of the
 * process alone with all that was answered, else at least with all that a flush has covered.
 */
final class ImageSimulation {
  private final ImageWorld world;
  private final SimRandom dice;

  private ImageSimulation(ImageWorld world) {
    this.world = world;
    this.dice = world.simulation.random();
  }

  /**
   * @throws SimulationFailure naming the seed
   */
  static Outcome run(long seed) {
    return run(seed, Mutation.NONE);
  }

  /** With a rule broken on purpose. */
  static Outcome run(long seed, Mutation mutation) {
    ImageSimulation run = new ImageSimulation(new ImageWorld(seed, mutation));
    run.go();
    Simulation simulation = run.world.simulation;
    run.world.coverage.add(run.world.bucket.network());
    return new Outcome(simulation.trace().hash(), simulation.switches(), run.world.coverage);
  }

  private void go() {
    Simulation simulation = world.simulation;
    simulation.limitSwitches(3_000_000);
    List<ImageHost> hosts = new ArrayList<>();
    int count = dice.oneOf(List.of(1, 1, 2, 3));
    double takeover = dice.oneOf(List.of(0.0, 0.1, 0.4));
    for (int i = 0; i < count; i++) {
      ImageHost host = new ImageHost(world, "host-" + i, takeover, world.storeSettings);
      hosts.add(host);
      host.start();
    }
    SimProcess office = simulation.process("controller");
    ImageController controller = new ImageController(world, office);
    int steps = dice.chance(0.6) ? dice.below(12) : 0;
    office.run("controller", () -> controller.run(steps));
    SimProcess fate = simulation.process("fate");
    fate.run("fate", () -> strike(fate, hosts));
    simulation.runUntilDone();
    lastWord();
    simulation.finish();
  }

  private boolean strike(SimProcess fate, List<ImageHost> hosts) {
    int strikes = dice.below(8);
    for (int i = 0; i < strikes; i++) {
      fate.execution()
          .sleep(
              dice.between(
                  Duration.ofMillis(1),
                  Duration.ofMillis(dice.oneOf(List.of(500L, 5_000L, 20_000L)))));
      ImageHost host = dice.oneOf(hosts);
      switch (dice.below(8)) {
        case 0, 1, 2, 3 -> host.crash();
        case 4 -> host.lose();
        case 5, 6 -> {
          SimProcess frozen = host.process();
          frozen.pause();
          world.coverage.count("pause");
          fate.execution().sleep(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(60)));
          frozen.resume();
        }
        default -> world.bucket.outage(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(40)));
      }
    }
    fate.execution().sleep(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(10)));
    world.calm = true;
    return true;
  }

  /**
   * When all is quiet, somebody new opens the images, twice: nothing that was promised is missing.
   */
  private void lastWord() {
    ImageHost heir = new ImageHost(world, "heir", 1, StoreSettings.DEFAULTS);
    ImageOpener opener = heir.opener();
    for (ImageWorld.Volume volume : world.volumes) {
      heir.process()
          .run(
              "last word",
              () -> {
                heir.session(opener, volume, true);
                heir.session(opener, volume, true);
              });
    }
    world.simulation.runUntilDone();
  }
}
