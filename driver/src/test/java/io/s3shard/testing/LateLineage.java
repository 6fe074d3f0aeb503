package io.s3shard.testing;

import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * A rule broken on purpose: a writer's id gets into the lineage after its OPEN. What is written to
 * the header stays in the process until it reaches for a segment, which is after the OPEN.
 */
final class LateLineage implements ArenaHome {
  private final ArenaHome arenas;

  LateLineage(ArenaHome arenas) {
    this.arenas = arenas;
  }

  @Override
  public Optional<ArenaMemory> existing(VolumeId volume) {
    return arenas.existing(volume).map(Memory::new);
  }

  @Override
  public ArenaMemory create(VolumeId volume) {
    return new Memory(arenas.create(volume));
  }

  private static final class Memory implements ArenaMemory {
    private final ArenaMemory memory;
    private final ByteBuffer header =
        ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private Memory(ArenaMemory memory) {
      this.memory = memory;
      header.put(0, memory.header(), 0, HEADER_BYTES);
    }

    private void write() {
      memory.header().put(0, header, 0, HEADER_BYTES);
    }

    @Override
    public int segmentBytes() {
      return memory.segmentBytes();
    }

    @Override
    public ByteBuffer header() {
      return header;
    }

    @Override
    public List<Integer> segments() {
      return memory.segments();
    }

    @Override
    public ByteBuffer segment(int number) {
      write();
      return memory.segment(number);
    }

    @Override
    public int allocate() {
      write();
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
      write();
      memory.close();
    }
  }
}
