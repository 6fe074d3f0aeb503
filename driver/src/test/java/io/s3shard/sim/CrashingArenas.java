package io.s3shard.sim;

import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaMemory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * The arenas of a host as one process has them: now and then the process is killed just when it
 * reaches for a segment.
 */
final class CrashingArenas implements ArenaHome {
  private final ArenaHome arenas;
  private final SimProcess process;
  private final SimRandom dice;
  private final double probability;
  private final Runnable crash;

  CrashingArenas(
      ArenaHome arenas, SimProcess process, SimRandom dice, double probability, Runnable crash) {
    this.arenas = arenas;
    this.process = process;
    this.dice = dice;
    this.probability = probability;
    this.crash = crash;
  }

  @Override
  public Optional<ArenaMemory> existing(VolumeId volume) {
    return arenas.existing(volume).map(Memory::new);
  }

  @Override
  public ArenaMemory create(VolumeId volume) {
    return new Memory(arenas.create(volume));
  }

  private final class Memory implements ArenaMemory {
    private final ArenaMemory memory;

    private Memory(ArenaMemory memory) {
      this.memory = memory;
    }

    @Override
    public int segmentBytes() {
      return memory.segmentBytes();
    }

    @Override
    public ByteBuffer header() {
      return memory.header();
    }

    @Override
    public List<Integer> segments() {
      return memory.segments();
    }

    @Override
    public ByteBuffer segment(int number) {
      if (!process.isCrashed() && dice.chance(probability)) {
        crash.run();
      }
      return memory.segment(number);
    }

    @Override
    public int allocate() {
      return memory.allocate();
    }

    @Override
    public void release(int number) {
      memory.release(number);
    }

    @Override
    public String location() {
      return memory.location();
    }

    @Override
    public void delete() {
      memory.delete();
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
