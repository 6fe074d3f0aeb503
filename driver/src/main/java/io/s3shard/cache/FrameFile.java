package io.s3shard.cache;

import io.s3shard.format.Blocks;
import io.s3shard.format.FrameCheck;
import io.s3shard.format.ObjectFormat;
import io.s3shard.kernel.KernelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Frames in a file of fixed size, whose room is taken when it is made. It is read and written by
 * positioned calls and not mapped: a disk that is full or broken is an error and not a SIGBUS, and
 * what the kernel keeps of it is the machine's memory and not this process's. One writer at a time;
 * any number of readers. What is read is verified.
 *
 * <p>A slot is filled in the order entry away, blocks, entry. Whatever is left of a process that
 * dies in between, or of a machine, is found by the checksums.
 */
final class FrameFile implements AutoCloseable {
  private static final int IDLE_BUFFERS = 16;

  private final Path path;
  private final Object identity;
  private final FileChannel channel;
  private final CacheLayout layout;
  private final SlotTable table;
  private final BlockingQueue<ByteBuffer> idle = new ArrayBlockingQueue<>(IDLE_BUFFERS);

  private FrameFile(
      Path path, Object identity, FileChannel channel, CacheLayout layout, SlotTable table) {
    this.path = path;
    this.identity = identity;
    this.channel = channel;
    this.layout = layout;
    this.table = table;
  }

  /**
   * Opens a cache file, with what is in it if it is of this layout, else begun anew. Null: another
   * process has it.
   *
   * @throws IOException if there is no room for it
   */
  static @Nullable FrameFile open(Path path, CacheLayout layout) throws IOException {
    if (!Files.exists(path)) {
      create(path);
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean kept = false;
    try {
      FileLock lock = lock(channel);
      if (lock == null) {
        return null;
      }
      SlotTable table = new SlotTable(layout.slots());
      if (channel.size() != layout.fileBytes() || !layout.isOf(header(channel))) {
        begin(path, channel, layout);
        // closing the descriptor that took the room has dropped the lock, which is the process's
        lock.release();
        if (lock(channel) == null) {
          return null;
        }
      } else {
        load(channel, layout, table);
      }
      kept = true;
      return new FrameFile(path, identity(path), channel, layout, table);
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  private static void create(Path path) throws IOException {
    try {
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // another process was first: the lock decides
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another mount of this process
    }
  }

  private static ByteBuffer header(FileChannel channel) throws IOException {
    ByteBuffer header =
        ByteBuffer.allocate(CacheLayout.headerBytes()).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, header, 0);
    return header.flip();
  }

  private static void begin(Path path, FileChannel channel, CacheLayout layout) throws IOException {
    channel.truncate(0);
    long free = Files.getFileStore(path).getUsableSpace();
    if (free / 10 * 9 < layout.fileBytes()) {
      throw new IOException("no space left: a tenth of what is free stays free");
    }
    try (KernelFile file = KernelFile.toWrite(path)) {
      file.allocate(layout.fileBytes());
    }
    writeFully(channel, layout.header(), 0);
  }

  private static void load(FileChannel channel, CacheLayout layout, SlotTable table)
      throws IOException {
    ByteBuffer some = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    for (int slot = 0; slot < layout.slots(); ) {
      int count = Math.min(layout.slots() - slot, some.capacity() / CacheLayout.ENTRY_BYTES);
      readFully(channel, some.clear().limit(count * CacheLayout.ENTRY_BYTES), layout.entryAt(slot));
      for (int at = 0; at < some.limit(); at += CacheLayout.ENTRY_BYTES, slot++) {
        long tag = some.getLong(at);
        if (CacheLayout.isEntry(slot, some, at) && table.find(tag) < 0) {
          table.fill(slot, tag, some.getInt(at + 8));
        }
      }
    }
  }

  private static Object identity(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino") + " " + Files.getAttribute(path, "unix:dev");
  }

  /** Whether the file is still there: somebody may have deleted it to make room. */
  boolean isThere() {
    try {
      return identity(path).equals(identity);
    } catch (IOException e) {
      return false;
    }
  }

  boolean has(Frame frame) {
    synchronized (table) {
      return table.find(SlotTable.tag(frame)) >= 0;
    }
  }

  /** What a read came to. */
  enum Answer {
    HIT,
    MISS,
    /** What lay there was damaged, and is gone now. */
    DAMAGED
  }

  /** Copies {@code count} blocks from block {@code first} of a frame, all verified, or none. */
  Answer read(Frame frame, int first, int count, ByteBuffer into, int at) throws IOException {
    long tag = SlotTable.tag(frame);
    int slot;
    synchronized (table) {
      slot = table.find(tag);
      if (slot < 0 || table.blocks(slot) < first + count) {
        return Answer.MISS;
      }
      table.touch(slot);
    }
    ByteBuffer cells = take();
    try {
      cells.limit(count * CacheLayout.CELL_BYTES);
      readFully(channel, cells, layout.slotAt(slot) + (long) first * CacheLayout.CELL_BYTES);
      if (!verified(frame, first, count, cells)) {
        return lost(slot, tag);
      }
      for (int i = 0; i < count; i++) {
        into.put(at + i * Blocks.SIZE, cells, i * CacheLayout.CELL_BYTES, Blocks.SIZE);
      }
      return Answer.HIT;
    } finally {
      idle.offer(cells);
    }
  }

  private static boolean verified(Frame frame, int first, int count, ByteBuffer cells) {
    FrameCheck check = new FrameCheck(frame.object().key());
    for (int i = 0; i < count; i++) {
      int cell = i * CacheLayout.CELL_BYTES;
      long block = frame.number() * Blocks.PER_FRAME + first + i;
      if (!check.holds(block, cells.getInt(cell + Blocks.SIZE), cells, cell)) {
        return false;
      }
    }
    return true;
  }

  /** Another frame may have taken the slot while it was read: that is no damage. */
  private Answer lost(int slot, long tag) {
    synchronized (table) {
      if (table.tag(slot) != tag) {
        return Answer.MISS;
      }
      table.forget(slot);
      return Answer.DAMAGED;
    }
  }

  /**
   * Keeps a frame that lies as in its object in {@code bytes}. Whether another one had to go for
   * it.
   */
  boolean write(Frame frame, ByteBuffer bytes) throws IOException {
    long tag = SlotTable.tag(frame);
    int slot;
    boolean evicts;
    synchronized (table) {
      if (table.find(tag) >= 0) {
        return false;
      }
      int before = table.filled();
      slot = table.next();
      evicts = table.filled() < before;
    }
    writeFully(channel, ByteBuffer.allocate(CacheLayout.ENTRY_BYTES), layout.entryAt(slot));
    ByteBuffer cells = take();
    try {
      for (int i = 0; i < frame.blocks(); i++) {
        int cell = i * CacheLayout.CELL_BYTES;
        int block = ObjectFormat.FRAME_HEADER_BYTES + i * Blocks.SIZE;
        cells.put(cell, bytes, block, Blocks.SIZE);
        cells.putInt(cell + Blocks.SIZE, bytes.getInt(Integer.BYTES * i));
      }
      writeFully(
          channel, cells.limit(frame.blocks() * CacheLayout.CELL_BYTES), layout.slotAt(slot));
    } finally {
      idle.offer(cells);
    }
    writeFully(channel, CacheLayout.entry(slot, tag, frame.blocks()), layout.entryAt(slot));
    synchronized (table) {
      table.fill(slot, tag, frame.blocks());
    }
    return evicts;
  }

  /** A buffer for a slot; as many as there are threads here at once. */
  private ByteBuffer take() {
    ByteBuffer cells = idle.poll();
    return (cells == null ? ByteBuffer.allocateDirect(CacheLayout.SLOT_BYTES) : cells)
        .clear()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long at) throws IOException {
    long start = at - into.position();
    while (into.hasRemaining()) {
      if (channel.read(into, start + into.position()) < 0) {
        return; // shorter than it was: what is missing does not pass its checksum
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer from, long at) throws IOException {
    long start = at - from.position();
    while (from.hasRemaining()) {
      channel.write(from, start + from.position());
    }
  }

  Path path() {
    return path;
  }

  long capacityBytes() {
    return layout.fileBytes();
  }

  long usedBytes() {
    synchronized (table) {
      return (long) table.filled() * CacheLayout.SLOT_BYTES;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
