package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends chunks that are dirty as a whole to the bucket while their cut still takes writes, so that
 * a long write keeps the line busy through freezes and COMMITs. What is guarded is guarded by the
 * image's lock.
 *
 * <pre>
 *   begun   its bytes are uploaded from where they lie in the arena, which is not freed before that has ended
 *   used    nothing younger was written to it before the freeze: the COMMIT names the object
 *   stale   something was: the COMMIT brings the chunk anew, and the object is deleted
 * </pre>
 *
 * A chunk is begun once a cut at most: whoever rewrites it all the time sends it twice, not more.
 */
final class EarlyUploads {
  private static final Logger LOG = LoggerFactory.getLogger(EarlyUploads.class);

  /** In how many pieces a chunk may have been written: many small ones are not a long write. */
  private static final int MOST_PIECES = 256;

  /** So far from a whole chunk that no cut gets there. */
  private static final int NEVER = Integer.MIN_VALUE;

  private final Object lock;
  private final Arena arena;
  private final ObjectNames names;
  private final Uploader uploader;
  private final Execution execution;
  private final Signal ended;
  private final int chunkBytes;
  private final int atOnce;
  private int underWay;
  private long begun;
  private long stale;

  EarlyUploads(ImageParts parts, Uploader uploader) {
    this.lock = parts.lock();
    this.arena = parts.arena();
    this.names = parts.names();
    this.uploader = uploader;
    this.execution = parts.execution();
    this.ended = execution.signal();
    this.chunkBytes = parts.chunkBlocks() * Blocks.SIZE;
    this.atOnce = parts.options().uploads();
  }

  /** What one cut has of them. */
  static final class OfCut {
    /** Bytes of long writes by chunk, at least as many as are dirty by them; or {@link #NEVER}. */
    private final Map<Long, Integer> written = new HashMap<>();

    private final Map<Long, Early> begun = new HashMap<>();
  }

  /** One chunk on its way. {@code runs}: what it was when it began. */
  static final class Early {
    private final List<DirtyIndex.Run> runs;
    private final CommitPlan.Upload upload;
    private boolean done;
    private boolean failed;
    private boolean stale;

    private Early(List<DirtyIndex.Run> runs, CommitPlan.Upload upload) {
      this.runs = runs;
      this.upload = upload;
    }

    ObjectRef object() {
      return upload.object();
    }
  }

  /**
   * Takes note of a write that has come to the active cut, under the lock. What is returned must be
   * given to {@link #begin} without it.
   */
  List<Early> written(Cut cut, Arena.Reservation write) {
    if (write.length() < chunkBytes / MOST_PIECES) {
      return List.of();
    }
    List<Early> complete = new ArrayList<>();
    long end = write.offset() + write.length();
    for (long chunk = write.offset() / chunkBytes; chunk * chunkBytes < end; chunk++) {
      long from = Math.max(write.offset(), chunk * chunkBytes);
      int bytes = (int) (Math.min(end, (chunk + 1) * chunkBytes) - from);
      boolean all = cut.early.written.merge(chunk, bytes, Integer::sum) >= chunkBytes;
      if (all && underWay < atOnce) {
        Early early = complete(cut, chunk);
        if (early != null) {
          complete.add(early);
        }
      }
    }
    return complete;
  }

  private @Nullable Early complete(Cut cut, long chunk) {
    List<DirtyIndex.Run> runs = runs(cut, chunk);
    int dirty = runs.stream().mapToInt(run -> (int) run.length()).sum();
    cut.early.written.put(chunk, dirty < chunkBytes ? dirty : NEVER);
    if (dirty < chunkBytes || runs.size() > MOST_PIECES || !runs.stream().allMatch(this::isPlain)) {
      return null;
    }
    List<ByteBuffer> bytes = new ArrayList<>(runs.size());
    for (DirtyIndex.Run run : runs) {
      bytes.add(arena.bytes(run.segment(), run.position(), (int) run.length()));
    }
    ObjectRef object = names.chunk(chunkBytes / Blocks.SIZE);
    Early early = new Early(runs, new CommitPlan.Upload(object, bytes));
    cut.early.begun.put(chunk, early);
    underWay++;
    begun++;
    return early;
  }

  /** The dirty runs in a chunk, cut off at its ends. */
  private List<DirtyIndex.Run> runs(Cut cut, long chunk) {
    long start = chunk * chunkBytes;
    return cut.index.overlapping(start, start + chunkBytes).stream()
        .map(run -> run.part(Math.max(run.start(), start), Math.min(run.end(), start + chunkBytes)))
        .toList();
  }

  /** Bytes, and whole blocks: what the plan of a COMMIT takes as it lies. */
  private boolean isPlain(DirtyIndex.Run run) {
    return !run.isZeros() && run.start() % Blocks.SIZE == 0 && run.end() % Blocks.SIZE == 0;
  }

  /** Starts the upload of what {@link #written} has returned. */
  void begin(List<Early> complete) {
    for (Early early : complete) {
      execution.fork("early upload", () -> upload(early));
    }
  }

  private boolean upload(Early early) {
    boolean failed = true;
    try {
      uploader.data(early.upload, Purpose.FLUSH);
      failed = false;
    } catch (RuntimeException e) {
      LOG.debug("{} did not get into the bucket ahead of its COMMIT", early.object(), e);
    } finally {
      boolean delete;
      synchronized (lock) {
        early.done = true;
        early.failed = failed;
        delete = early.stale;
        underWay -= delete ? 0 : 1;
      }
      ended.raise();
      if (delete) {
        uploader.delete(List.of(early.object().key()));
        leave();
      }
    }
    return true;
  }

  private void leave() {
    synchronized (lock) {
      underWay--;
    }
    ended.raise();
  }

  /**
   * Of a settled cut: the chunks that its COMMIT need not upload, by number. The others are stale
   * from now on.
   */
  Map<Long, Early> usable(Cut cut) {
    Map<Long, Early> usable = new HashMap<>();
    List<ObjectKey> dead = new ArrayList<>();
    synchronized (lock) {
      cut.early.begun.forEach((chunk, early) -> {
        if (early.runs.equals(runs(cut, chunk))) {
          usable.put(chunk, early);
          return;
        }
        stale++;
        early.stale = true;
        if (early.done) {
          dead.add(early.object().key());
        }
      });
      underWay += dead.isEmpty() ? 0 : 1;
    }
    if (!dead.isEmpty()) {
      execution.fork(
          "trim",
          () -> {
            uploader.delete(dead);
            leave();
            return true;
          });
    }
    return usable;
  }

  /**
   * Returns when those that are {@code used} are in the bucket. What failed is tried again here,
   * and fails here.
   */
  void finish(Map<Long, Early> used) {
    List<Runnable> again = new ArrayList<>();
    for (Early early : used.values()) {
      await(early);
      if (early.failed) {
        again.add(() -> uploader.data(early.upload, Purpose.FLUSH));
      }
    }
    uploader.run(again);
  }

  /** Returns when nobody reads the cut's bytes any more: before they are freed. */
  void awaitEnd(Cut cut) {
    cut.early.begun.values().forEach(this::await);
  }

  private void await(Early early) {
    while (true) {
      long seen = ended.version();
      synchronized (lock) {
        if (early.done) {
          return;
        }
      }
      ended.await(seen);
    }
  }

  /** Returns when nothing is under way any more. Nobody writes by now. */
  void stop() {
    while (true) {
      long seen = ended.version();
      synchronized (lock) {
        if (underWay == 0) {
          return;
        }
      }
      ended.await(seen);
    }
  }

  /** How many uploads have begun early, and how many of them for nothing; under the lock. */
  long begun() {
    return begun;
  }

  long stale() {
    return stale;
  }
}
