package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.LivePin;
import io.s3shard.map.CheckpointDraft;
import io.s3shard.map.EncodedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what COMMITs brought into the map of the bucket, beside the flushes: gathers inline extents
 * into segments, writes pages and a root; the next COMMIT names it, and with that the COMMITs that
 * it covers are dead.
 *
 * <pre>
 *   IDLE     few COMMITs since the last one
 *   RUNNING  gathering and uploading; COMMITs go on
 *   READY    everything is in the bucket; waits for a COMMIT to name it
 *   TAKEN    in a COMMIT on its way
 * </pre>
 */
final class Checkpointer {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

  private enum Phase {
    IDLE,
    RUNNING,
    READY,
    TAKEN
  }

  /** A checkpoint whose objects are in the bucket. */
  record Ready(Checkpoint checkpoint, CheckpointDraft draft) {}

  private final ImageParts parts;
  private final Uploader uploader;
  private final Signal changed;

  /**
   * COMMITs in the log that no checkpoint covers, and their bytes; guarded by the image's lock,
   * like all below.
   */
  private final TreeSet<Long> slots = new TreeSet<>();

  private final List<ObjectKey> dead = new ArrayList<>();
  private long bytes;
  private long tail;
  private long sizeBytes;
  private long namedAt;
  private Phase phase = Phase.IDLE;
  private @Nullable Ready ready;
  private Execution.@Nullable Task<Void> task;
  private boolean stopped;

  /** Deletions that have begun and not ended. */
  private int trimming;

  Checkpointer(ImageParts parts, Uploader uploader) {
    this.parts = parts;
    this.uploader = uploader;
    this.changed = parts.execution().signal();
    this.slots.addAll(parts.commitSlots());
    this.bytes = parts.commitBytes();
    this.sizeBytes = parts.sizeBytes();
    this.tail = parts.owned().state().tail();
  }

  boolean hasReady() {
    synchronized (parts.lock()) {
      return phase == Phase.READY;
    }
  }

  /** For the COMMIT that is being made. */
  @Nullable Ready takeReady() {
    synchronized (parts.lock()) {
      if (phase != Phase.READY) {
        return null;
      }
      phase = Phase.TAKEN;
      return ready;
    }
  }

  long commitsSince() {
    synchronized (parts.lock()) {
      return slots.size();
    }
  }

  /**
   * A COMMIT is in the log and in the map; under the lock. {@code named}: the checkpoint that it
   * names.
   */
  void committed(long slot, long size, long committedBytes, @Nullable Ready named) {
    tail = slot;
    sizeBytes = Math.max(sizeBytes, size);
    slots.add(slot);
    bytes += committedBytes;
    if (named != null) {
      named(slot, named);
    }
  }

  private void named(long slot, Ready named) {
    parts.committed().map().finishCheckpoint(named.draft());
    long covers = named.checkpoint().covers();
    var covered = slots.headSet(covers, true);
    for (long commit : covered) {
      dead.add(Layout.log(parts.volume(), commit));
    }
    bytes = 0;
    covered.clear();
    for (ObjectRef object : named.draft().superseded()) {
      if (object.volume().equals(parts.volume())) {
        dead.add(object.key());
      }
    }
    ready = null;
    phase = Phase.IDLE;
    namedAt = slot;
    changed.raise();
  }

  /**
   * Without the lock: deletes what the last COMMIT made dead, begins a checkpoint when one is due.
   */
  void afterwards() {
    List<ObjectKey> keys;
    long death;
    boolean begin;
    synchronized (parts.lock()) {
      keys = List.copyOf(dead);
      dead.clear();
      death = namedAt;
      begin = phase == Phase.IDLE && !stopped && isDue(1);
      if (begin) {
        phase = Phase.RUNNING;
      }
      trimming += keys.isEmpty() ? 0 : 1;
    }
    if (!keys.isEmpty()) {
      parts.execution().fork("trim", () -> trim(keys, death));
    }
    if (begin) {
      Execution.Task<Void> started = parts.execution().fork("checkpoint", this::prepare);
      synchronized (parts.lock()) {
        task = started;
      }
    }
  }

  private boolean isDue(int factor) {
    return slots.size() >= factor * parts.options().checkpointCommits()
        || bytes >= factor * parts.options().checkpointBytes();
  }

  /**
   * The hard stop of DESIGN §4: replay must not grow without bound when the bucket is too slow for
   * checkpoints.
   */
  void waitIfFarBehind() {
    while (true) {
      long seen = changed.version();
      synchronized (parts.lock()) {
        if (phase != Phase.RUNNING || !isDue(2)) {
          return;
        }
      }
      changed.await(seen);
    }
  }

  /** Makes a checkpoint now; false if there is nothing to cover. */
  boolean prepareNow() {
    while (true) {
      long seen = changed.version();
      synchronized (parts.lock()) {
        if (phase == Phase.READY) {
          return true;
        }
        if (phase == Phase.IDLE) {
          if (slots.isEmpty()) {
            return false;
          }
          phase = Phase.RUNNING;
          break;
        }
      }
      changed.await(seen);
    }
    prepare();
    return hasReady();
  }

  /** Returns when nothing runs in the background any more: what is dead is deleted. */
  void stop() {
    Execution.Task<Void> running;
    synchronized (parts.lock()) {
      stopped = true;
      running = task;
    }
    if (running != null) {
      running.join();
    }
    while (true) {
      long seen = changed.version();
      synchronized (parts.lock()) {
        if (trimming == 0) {
          return;
        }
      }
      changed.await(seen);
    }
  }

  private @Nullable Void prepare() {
    List<ObjectKey> uploaded = new ArrayList<>();
    try {
      Ready made = make(uploaded);
      synchronized (parts.lock()) {
        ready = made;
        phase = Phase.READY;
      }
    } catch (S3ShardException e) {
      LOG.warn(
          "volume {}: a checkpoint was given up, the next COMMIT begins another: {}",
          parts.volume(),
          e.getMessage());
      uploader.delete(uploaded);
      synchronized (parts.lock()) {
        phase = Phase.IDLE;
      }
    } finally {
      changed.raise();
      parts.wake().raise();
    }
    return null;
  }

  private Ready make(List<ObjectKey> uploaded) {
    CheckpointDraft draft;
    long covers;
    synchronized (parts.lock()) {
      covers = tail;
      draft = parts.committed().map().beginCheckpoint(covers, sizeBytes);
    }
    List<ObjectRef> needed = draft.pagesNeeded();
    for (int from = 0; from < needed.size(); from += CommittedMap.PAGE_LOADS) {
      List<ObjectRef> some =
          needed.subList(from, Math.min(needed.size(), from + CommittedMap.PAGE_LOADS));
      parts.committed().load(some, Purpose.BACKGROUND, loaded -> loaded.forEach(draft::install));
    }
    draft.gathered(new Gather(parts, uploader, uploaded).move(draft.toGather()));
    draft.encode(
        parts.names(),
        ref -> parts.committed().page(ref, Purpose.BACKGROUND),
        objects -> upload(objects, uploaded));
    return new Ready(new Checkpoint(draft.rootRef(), covers), draft);
  }

  private void upload(List<EncodedObject> objects, List<ObjectKey> uploaded) {
    objects.forEach(object -> uploaded.add(object.ref().key()));
    uploader.run(
        objects.stream()
            .map(object ->
                (Runnable) () -> uploader.put(object.ref(), object.body(), Purpose.BACKGROUND))
            .toList());
  }

  private @Nullable Void trim(List<ObjectKey> keys, long death) {
    try {
      collect(keys, death);
    } catch (S3ShardException e) {
      LOG.warn(
          "volume {}: {} dead objects stay in the bucket: {}",
          parts.volume(),
          keys.size(),
          e.getMessage());
    } finally {
      synchronized (parts.lock()) {
        trimming--;
      }
      changed.raise();
    }
    return null;
  }

  /**
   * Deletes what died at slot {@code death}, but for what a pin may see: its position lies in
   * [birth, death).
   */
  private void collect(List<ObjectKey> keys, long death) {
    List<Long> pinned = new ArrayList<>();
    for (LivePin pin : parts.log().pins(parts.owned().state())) {
      pinned.add(pin.position());
    }
    List<ObjectKey> unseen = new ArrayList<>();
    for (ObjectKey key : keys) {
      long birth =
          Layout.slot(parts.volume(), key)
              .or(() -> Layout.object(parts.volume(), key).map(ObjectRef::tail))
              .orElseThrow();
      if (pinned.stream().noneMatch(position -> birth <= position && position < death)) {
        unseen.add(key);
      }
    }
    uploader.delete(unseen);
  }
}
