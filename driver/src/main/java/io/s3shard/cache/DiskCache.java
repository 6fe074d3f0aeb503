package io.s3shard.cache;

import io.s3shard.execution.Execution;
import io.s3shard.format.ObjectFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of the cache that lies on the node's disk, and outlives the process. Nothing that
 * happens to it is anybody's error: a disk that is full or broken, a file that was deleted, and it
 * is done without, until a minute later it is tried again.
 *
 * <p>What comes into memory is offered to it and written by a thread of its own; what can't be
 * written as fast as it comes is left out. A platform thread: a write to a busy disk would hold up
 * the virtual ones. Where time is simulated there is no such cache.
 */
public final class DiskCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);

  /** Mounts of one prefix on one machine, each with a file of its own. */
  private static final int FILES = 16;

  /** Frames that wait to be written; they lie in memory anyway. 32 MiB. */
  private static final int LONGEST_QUEUE = 1024;

  private static final long TRY_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  /** How soon it is seen that somebody has deleted the file. */
  private static final long LOOK_NANOS = Duration.ofSeconds(5).toNanos();

  /** Where a frame that is to be written is taken from. */
  interface Source {
    /** Copies it as it lies in its object; false: it has gone meanwhile. */
    boolean take(Frame frame, ByteBuffer into);
  }

  private final Path folder;
  private final String store;
  private final CacheLayout layout;
  private final Execution execution;
  private final CacheMeter meter = new CacheMeter();
  private final LongAdder damaged = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final Deque<Frame> queue = new ArrayDeque<>();
  private volatile @Nullable FrameFile file;
  private @Nullable Thread writer;
  private boolean writing;
  private boolean closed;
  private boolean warned;
  private volatile long triedNanos;
  private volatile long lookedNanos;

  /**
   * @param folder made if it is not there
   * @param store tells the prefixes of buckets apart, also where a bucket was copied with its
   *     volumes' ids: part of the file's name
   * @param bytes of the file
   */
  public DiskCache(Path folder, String store, long bytes, Execution execution) {
    this.folder = folder;
    this.store = store;
    this.layout = CacheLayout.within(bytes);
    this.execution = execution;
    open();
  }

  private void open() {
    triedNanos = execution.nanoTime();
    lookedNanos = triedNanos;
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      for (int n = 0; n < FILES && file == null; n++) {
        file = FrameFile.open(folder.resolve("frames-" + store + "-" + n), layout);
      }
      if (file == null) {
        throw new IOException(FILES + " other processes have theirs there");
      }
      warned = false;
    } catch (IOException | UnsupportedOperationException e) {
      without(e);
    }
  }

  private void without(Exception why) {
    if (!warned) {
      warned = true;
      LOG.warn(
          "no cache on disk in {}: {}; make room there, or choose --cache-dir and --cache-size. It is tried again each"
              + " minute",
          folder,
          why.getMessage());
    }
  }

  boolean has(Frame frame) {
    FrameFile open = file;
    return open != null && open.has(frame);
  }

  /** Copies verified blocks; false: they are not here. */
  boolean read(Frame frame, int first, int count, ByteBuffer into, int at) {
    FrameFile open = file;
    boolean hit = false;
    if (open != null) {
      try {
        FrameFile.Answer answer = open.read(frame, first, count, into, at);
        hit = answer == FrameFile.Answer.HIT;
        if (answer == FrameFile.Answer.DAMAGED) {
          damaged.increment();
        }
      } catch (IOException e) {
        giveUp(open, e);
      }
    }
    meter.asked(hit);
    return hit;
  }

  /** A frame has come into memory: it is kept here, too, if there is time before it goes. */
  void offer(Frame frame, Source from) {
    synchronized (queue) {
      if (closed) {
        return;
      }
      if (queue.size() == LONGEST_QUEUE) {
        left.increment();
        return;
      }
      queue.add(frame);
      if (writer == null) {
        writer = Thread.ofPlatform().daemon().name("cache").start(() -> write(from));
      }
      queue.notifyAll();
    }
  }

  private void write(Source from) {
    ByteBuffer bytes = ByteBuffer.allocate(ObjectFormat.FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (Frame frame = next(); frame != null; frame = next()) {
        FrameFile open = present();
        if (open != null && !open.has(frame) && from.take(frame, bytes.clear())) {
          write(open, frame, bytes);
        }
      }
    } catch (RuntimeException | Error e) {
      LOG.error("the cache on disk ends by a fault of s3shard itself", e);
    }
  }

  private void write(FrameFile open, Frame frame, ByteBuffer bytes) {
    try {
      if (open.write(frame, bytes)) {
        meter.evicted();
      }
    } catch (IOException e) {
      giveUp(open, e);
    }
  }

  /** Null: closed, and nothing is left to write. */
  private @Nullable Frame next() {
    boolean interrupted = false;
    try {
      synchronized (queue) {
        writing = false;
        while (queue.isEmpty()) {
          queue.notifyAll();
          if (closed) {
            return null;
          }
          try {
            queue.wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        writing = true;
        return queue.remove();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The file, opened again if it has been deleted, or could not be opened a while ago. */
  private @Nullable FrameFile present() {
    long now = execution.nanoTime();
    FrameFile open = file;
    if (open == null && now - triedNanos >= TRY_AGAIN_NANOS) {
      open();
    } else if (open != null && now - lookedNanos >= LOOK_NANOS) {
      lookedNanos = now;
      if (!open.isThere()) {
        LOG.info("the cache file {} was deleted: begun anew", open.path());
        leave(open);
        open();
      }
    }
    return file;
  }

  private synchronized void giveUp(FrameFile open, IOException why) {
    if (file == open) {
      leave(open);
      triedNanos = execution.nanoTime();
      without(why);
    }
  }

  private void leave(FrameFile open) {
    file = null;
    try {
      open.close();
    } catch (IOException e) {
      LOG.debug("closing {}: {}", open.path(), e.getMessage());
    }
  }

  /** Waits until what was offered is written. */
  void settle() {
    boolean interrupted = false;
    synchronized (queue) {
      while (writer != null && (!queue.isEmpty() || writing)) {
        try {
          queue.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  public CacheMeter meter() {
    return meter;
  }

  /** Frames that did not pass their checksum and were fetched again. */
  public long damaged() {
    return damaged.sum();
  }

  /** Frames that came faster than they could be written. */
  public long left() {
    return left.sum();
  }

  /** In bytes; 0 while it is done without. */
  public long capacityBytes() {
    FrameFile open = file;
    return open == null ? 0 : open.capacityBytes();
  }

  /** In bytes. */
  public long usedBytes() {
    FrameFile open = file;
    return open == null ? 0 : open.usedBytes();
  }

  /** Writes what was offered and lets the file go. */
  @Override
  public void close() {
    synchronized (queue) {
      closed = true;
      queue.notifyAll();
    }
    settle();
    FrameFile open = file;
    if (open != null) {
      leave(open);
    }
  }
}
