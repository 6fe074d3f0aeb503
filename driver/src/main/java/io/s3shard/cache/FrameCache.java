package io.s3shard.cache;

import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectFormat;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Verified frames of immutable objects: in memory, a fixed number of slots in one piece of direct
 * memory, of which the least recently used one goes first; and on the node's disk, if there is a
 * {@link DiskCache}. It can never be stale, and losing it is harmless. Thread-safe; its lock is
 * held for a copy of 32 KiB at most.
 *
 * <p>What is on the disk is verified each time that it is read, what is in memory is not. What is
 * found on the disk stays there: the kernel keeps what is used of it in the machine's memory.
 */
public final class FrameCache {
  private static final int SLOT_BYTES = ObjectFormat.FRAME_BYTES;

  /** An object that takes more of the memory than this share would push out too much. */
  private static final int LARGE_SHARE = 32;

  private final @Nullable DiskCache disk;
  private final ByteBuffer memory;
  private final int slots;
  private final LinkedHashMap<Frame, Integer> index = new LinkedHashMap<>(16, 0.75f, true);
  private final CacheMeter meter = new CacheMeter();

  /** In memory alone. */
  public FrameCache(long bytes) {
    this(bytes, null);
  }

  /**
   * @param bytes of memory; may be 0: nothing is kept
   */
  public FrameCache(long bytes, @Nullable DiskCache disk) {
    this.disk = disk;
    this.slots = (int) Math.min(bytes / SLOT_BYTES, Integer.MAX_VALUE / SLOT_BYTES);
    this.memory = ByteBuffer.allocateDirect(slots * SLOT_BYTES);
  }

  /**
   * Copies {@code count} blocks from block {@code first} of a frame; false if they are not here.
   */
  public boolean copy(Frame frame, int first, int count, ByteBuffer into, int at) {
    synchronized (index) {
      Integer slot = index.get(frame);
      if (slot != null) {
        int from = slot * SLOT_BYTES + ObjectFormat.FRAME_HEADER_BYTES + first * Blocks.SIZE;
        into.put(at, memory, from, count * Blocks.SIZE);
      }
      meter.asked(slot != null);
      if (slot != null) {
        return true;
      }
    }
    return disk != null && disk.read(frame, first, count, into, at);
  }

  /** Whether the frame is here. Does not count as a use. */
  public boolean has(Frame frame) {
    synchronized (index) {
      if (index.containsKey(frame)) {
        return true;
      }
    }
    return disk != null && disk.has(frame);
  }

  /** Whether an object of so many bytes, just written, should be kept as a whole. */
  public boolean takes(long bytes) {
    return disk != null || bytes <= capacityBytes() / LARGE_SHARE;
  }

  /** Keeps a verified frame that lies as in its object in {@code bytes} at {@code at}. */
  public void keep(Frame frame, ByteBuffer bytes, int at) {
    if (slots == 0) {
      return;
    }
    int length = ObjectFormat.FRAME_HEADER_BYTES + frame.blocks() * Blocks.SIZE;
    synchronized (index) {
      Integer old = index.remove(frame);
      int slot = old != null ? old : freeSlot();
      memory.put(slot * SLOT_BYTES, bytes, at, length);
      index.put(frame, slot);
    }
    if (disk != null && !disk.has(frame)) {
      disk.offer(frame, this::take);
    }
  }

  private boolean take(Frame frame, ByteBuffer into) {
    synchronized (index) {
      Integer slot = index.get(frame);
      if (slot != null) {
        into.put(0, memory, slot * SLOT_BYTES, SLOT_BYTES);
      }
      return slot != null;
    }
  }

  private int freeSlot() {
    if (index.size() < slots) {
      return index.size();
    }
    Iterator<Map.Entry<Frame, Integer>> eldest = index.entrySet().iterator();
    int slot = eldest.next().getValue();
    eldest.remove();
    meter.evicted();
    return slot;
  }

  /** In bytes. */
  public long capacityBytes() {
    return (long) slots * SLOT_BYTES;
  }

  /** In bytes. */
  public long usedBytes() {
    synchronized (index) {
      return (long) index.size() * SLOT_BYTES;
    }
  }

  /** What was asked of the memory. */
  public CacheMeter meter() {
    return meter;
  }
}
