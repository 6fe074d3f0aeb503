package io.s3shard.cache;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.ObjectFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The buffers into which the bucket's answers are read: one array for the process, taken in runs of
 * frames. Whoever reads for an application waits for room; work that nobody waits for never takes
 * the last quarter. An array and not direct memory, since the client reads into arrays: one copy
 * less, and once it is old no collection moves it. Thread-safe.
 */
public final class IoBuffers {
  private static final int UNIT = ObjectFormat.FRAME_BYTES;

  /** A run is at most so much of all: several requests must fit in beside each other. */
  private static final int LONGEST_SHARE = 6;

  private final byte[] memory;
  private final int units;
  private final BitSet taken = new BitSet();
  private final Signal freed;
  private int used;
  private int usedBehind;

  /**
   * @param bytes of all buffers together; at least {@link #LEAST_BYTES}
   */
  public IoBuffers(Execution execution, long bytes) {
    if (bytes < LEAST_BYTES || bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(bytes + " bytes of buffers");
    }
    this.units = (int) (bytes / UNIT);
    this.memory = new byte[units * UNIT];
    this.freed = execution.signal();
  }

  /** Room for a few requests of a frame each. */
  public static final int LEAST_BYTES = 16 * UNIT;

  /** Who takes a buffer: somebody waits for it, or nobody. */
  public enum Use {
    AWAITED,
    BEHIND
  }

  /** A run of bytes that is its taker's until it is closed. */
  public final class Lease implements AutoCloseable {
    private final int first;
    private final int count;
    private final Use use;

    private Lease(int first, int count, Use use) {
      this.first = first;
      this.count = count;
      this.use = use;
    }

    /** All of it, little-endian. */
    public ByteBuffer bytes() {
      return ByteBuffer.wrap(memory, first * UNIT, count * UNIT)
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
      synchronized (taken) {
        taken.clear(first, first + count);
        used -= count;
        usedBehind -= use == Use.BEHIND ? count : 0;
      }
      freed.raise();
    }
  }

  /** How many frames one lease may have. */
  public int longestFrames() {
    return units / LONGEST_SHARE;
  }

  /** Takes room for {@code frames} frames; waits for it. Not to be called by who holds a lease. */
  public Lease take(int frames, Use use) {
    while (true) {
      long seen = freed.version();
      Lease lease = tryTake(frames, use);
      if (lease != null) {
        return lease;
      }
      freed.await(seen);
    }
  }

  /** The same without waiting; null: no room now. */
  public @Nullable Lease tryTake(int frames, Use use) {
    if (frames < 1 || frames > longestFrames()) {
      throw new IllegalArgumentException(frames + " frames, allowed are " + longestFrames());
    }
    synchronized (taken) {
      if (use == Use.BEHIND && usedBehind + frames > units - units / 4) {
        return null;
      }
      int first = use == Use.BEHIND ? fromAbove(frames) : fromBelow(frames);
      if (first < 0) {
        return null;
      }
      taken.set(first, first + frames);
      used += frames;
      usedBehind += use == Use.BEHIND ? frames : 0;
      return new Lease(first, frames, use);
    }
  }

  /** The lowest run that is free; -1: none. */
  private int fromBelow(int count) {
    for (int at = taken.nextClearBit(0); at + count <= units; ) {
      int next = taken.nextSetBit(at);
      if (next < 0 || next >= at + count) {
        return at;
      }
      at = taken.nextClearBit(next);
    }
    return -1;
  }

  /** The highest run that is free: long ones stay apart from short ones. */
  private int fromAbove(int count) {
    for (int end = units; end >= count; ) {
      int last = taken.previousSetBit(end - 1);
      if (last < end - count) {
        return end - count;
      }
      end = taken.previousClearBit(last) + 1;
    }
    return -1;
  }

  /** In bytes. */
  public long capacityBytes() {
    return memory.length;
  }

  /** In bytes. */
  public long usedBytes() {
    synchronized (taken) {
      return (long) used * UNIT;
    }
  }
}
