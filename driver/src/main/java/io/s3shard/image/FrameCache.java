package io.s3shard.image;

import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectRef;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Verified frames of immutable objects in memory: a fixed number of slots in one piece of direct
 * memory, the least recently used one goes first. It can never be stale, and losing it is harmless.
 * Thread-safe; its lock is held for a copy of 32 KiB at most.
 */
public final class FrameCache {
  private static final int SLOT_BYTES = Blocks.PER_FRAME * Blocks.SIZE;

  /** Frame {@code number} of an object's payload. */
  record Frame(ObjectRef object, long number) {}

  private record Slot(int index, int blocks) {}

  private final ByteBuffer memory;
  private final int slots;
  private final LinkedHashMap<Frame, Slot> index = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param bytes of memory; may be 0: nothing is kept
   */
  public FrameCache(long bytes) {
    this.slots = (int) Math.min(bytes / SLOT_BYTES, Integer.MAX_VALUE / SLOT_BYTES);
    this.memory = ByteBuffer.allocateDirect(slots * SLOT_BYTES);
  }

  /**
   * Copies {@code count} blocks from block {@code first} of a frame; false if they are not here.
   */
  boolean copy(Frame frame, int first, int count, ByteBuffer into, int at) {
    synchronized (index) {
      Slot slot = index.get(frame);
      if (slot == null || slot.blocks() < first + count) {
        return false;
      }
      into.put(at, memory, slot.index() * SLOT_BYTES + first * Blocks.SIZE, count * Blocks.SIZE);
      return true;
    }
  }

  /** Keeps {@code blocks}, whole blocks from the frame's start. */
  void keep(Frame frame, ByteBuffer blocks) {
    if (slots == 0) {
      return;
    }
    synchronized (index) {
      Slot old = index.remove(frame);
      int at = old != null ? old.index() : freeSlot();
      memory.put(at * SLOT_BYTES, blocks, blocks.position(), blocks.remaining());
      index.put(frame, new Slot(at, blocks.remaining() / Blocks.SIZE));
    }
  }

  private int freeSlot() {
    if (index.size() < slots) {
      return index.size();
    }
    Iterator<Map.Entry<Frame, Slot>> eldest = index.entrySet().iterator();
    int at = eldest.next().getValue().index();
    eldest.remove();
    return at;
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
}
