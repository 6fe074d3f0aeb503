package io.s3shard.sim;

import static io.s3shard.testing.TestHost.read;

import io.s3shard.error.S3ShardException;
import io.s3shard.image.VolumeImage;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A machine on which volumes are opened, written to and closed, one after the other. */
final class CopiesHost {
  private static final int SIZE = 600_000;

  private final CopiesWorld world;
  private final String name;
  private final SimRandom dice;
  private SimProcess process;
  private TestHost machine;
  private CopiesWorld.@Nullable Copy open;
  private int starts;

  CopiesHost(CopiesWorld world, String name) {
    this.world = world;
    this.name = name;
    this.dice = world.simulation.random().split();
    this.process = world.simulation.process(name + "-0");
    this.machine = new TestHost(world.store(process), process.execution(), name);
  }

  void start() {
    process.run("use", this::use);
  }

  /** The process is killed, and another one starts. */
  void crash() {
    world.coverage.count("a host's process was killed");
    SimProcess dead = process;
    if (open != null) {
      open.busy = false;
      open = null;
    }
    process = world.simulation.process(name + "-" + ++starts);
    machine = machine.restarted(world.store(process), process.execution());
    start();
    dead.crash();
  }

  private void use() {
    SimProcess self = process;
    while (!world.calm) {
      self.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(4)));
      CopiesWorld.Copy copy = world.anyCopy(dice);
      if (copy != null && !copy.busy) {
        copy.busy = true;
        open = copy;
        session(copy);
        open = null;
        copy.busy = false;
      }
    }
  }

  private void session(CopiesWorld.Copy copy) {
    VolumeImage image;
    try {
      image = machine.opener().openForWriting(copy.id, true);
    } catch (S3ShardException e) {
      world.expected("open", e);
      return;
    }
    try {
      copy.contents.opened(read(image));
      for (int i = dice.below(20); i > 0; i--) {
        change(copy, image);
      }
      image.close();
      copy.contents.flushed();
      world.coverage.count("a volume was written to");
    } catch (S3ShardException e) {
      world.expected("use", e);
      giveUp(image);
    }
  }

  private void giveUp(VolumeImage image) {
    try {
      image.close();
    } catch (S3ShardException e) {
      world.expected("close", e);
    }
  }

  private void change(CopiesWorld.Copy copy, VolumeImage image) {
    int length = 1 + dice.below(dice.chance(0.2) ? 60_000 : 6_000);
    int offset = dice.below(SIZE - length);
    if (dice.chance(0.15)) {
      copy.contents.discard(offset, length);
      image.discard(offset, length);
    } else {
      byte[] bytes = copy.contents.write(offset, length, world.next());
      image.write(offset, ByteBuffer.wrap(bytes));
    }
    if (dice.chance(0.4)) {
      image.flush();
      copy.contents.flushed();
    }
    if (dice.chance(0.2)) {
      process.execution().sleep(dice.between(Duration.ZERO, Duration.ofSeconds(1)));
    }
  }
}
