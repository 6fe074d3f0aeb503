package io.s3shard.testing;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The arenas of one simulated host: they outlive its processes, whose locks {@link #processDied}
 * lets go.
 */
public final class HeapArenas implements ArenaHome {
  private final int segmentBytes;
  private final int maxSegments;
  private final Map<VolumeId, Memory> arenas = new HashMap<>();

  /**
   * @param maxSegments after which the disk is full
   */
  public HeapArenas(int segmentBytes, int maxSegments) {
    this.segmentBytes = segmentBytes;
    this.maxSegments = maxSegments;
  }

  /** All locks are free. Whoever held one must not go on. */
  public synchronized void processDied() {
    arenas.values().forEach(memory -> memory.locked = false);
  }

  /** The host is lost: everything is gone. */
  public synchronized void hostLost() {
    arenas.clear();
  }

  @Override
  public synchronized Optional<ArenaMemory> existing(VolumeId volume) {
    Memory memory = arenas.get(volume);
    if (memory == null) {
      return Optional.empty();
    }
    memory.lock();
    return Optional.of(memory);
  }

  @Override
  public synchronized ArenaMemory create(VolumeId volume) {
    Memory old = arenas.get(volume);
    if (old != null) {
      old.lock();
    }
    Memory memory = new Memory(volume);
    memory.lock();
    arenas.put(volume, memory);
    return memory;
  }

  private final class Memory implements ArenaMemory {
    private final VolumeId volume;
    private final ByteBuffer header = buffer(HEADER_BYTES);
    private final TreeMap<Integer, ByteBuffer> segments = new TreeMap<>();
    private boolean locked;

    private Memory(VolumeId volume) {
      this.volume = volume;
    }

    /** Mapped files are gone from memory once they are closed. */
    private void requireOpen() {
      if (!locked) {
        throw new IllegalStateException("the arena of " + volume + " is closed");
      }
    }

    private void lock() {
      if (locked) {
        throw new VolumeBusy("volume " + volume + " is open in another process of this host");
      }
      locked = true;
    }

    @Override
    public int segmentBytes() {
      return segmentBytes;
    }

    @Override
    public ByteBuffer header() {
      requireOpen();
      return header;
    }

    @Override
    public synchronized List<Integer> segments() {
      return new ArrayList<>(segments.keySet());
    }

    @Override
    public synchronized ByteBuffer segment(int number) {
      requireOpen();
      ByteBuffer segment = segments.get(number);
      if (segment == null) {
        throw new IllegalStateException("segment " + number + " is not there");
      }
      return segment;
    }

    @Override
    public synchronized int allocate() {
      requireOpen();
      if (segments.size() >= maxSegments) {
        throw new StoreUnavailable("the simulated disk is full");
      }
      int number = segments.isEmpty() ? 0 : segments.lastKey() + 1;
      segments.put(number, buffer(segmentBytes));
      return number;
    }

    @Override
    public synchronized void release(int number) {
      segments.remove(number);
    }

    @Override
    public String location() {
      return "heap:" + volume;
    }

    @Override
    public void delete() {
      synchronized (HeapArenas.this) {
        arenas.remove(volume, this);
      }
      close();
    }

    @Override
    public void close() {
      synchronized (HeapArenas.this) {
        locked = false;
      }
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
