package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.LogRecord;
import io.s3shard.map.CheckpointDraft;
import io.s3shard.map.EncodedObject;
import io.s3shard.map.Page;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
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

  /** So many pages are counted with each checkpoint, until all are. */
  private static final int PAGES_COUNTED = 16;

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

  private final Collector collector;

  /**
   * The slots of COMMITs that no checkpoint covers, and where long ones have their extents; guarded
   * by the image's lock, like all below.
   */
  private final TreeMap<Long, Optional<ObjectRef>> commits;

  private Collector.@Nullable Death death;
  private long bytes;
  private long tail;
  private long sizeBytes;
  private Phase phase = Phase.IDLE;
  private @Nullable Ready ready;
  private Execution.@Nullable Task<Void> task;
  private boolean stopped;

  Checkpointer(ImageParts parts, Uploader uploader) {
    this.parts = parts;
    this.uploader = uploader;
    this.changed = parts.execution().signal();
    this.collector = new Collector(parts, uploader);
    this.commits = new TreeMap<>(parts.commits());
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
      return commits.size();
    }
  }

  /**
   * A COMMIT is in the log and in the map; under the lock. {@code named}: the checkpoint that it
   * names.
   */
  void committed(long slot, LogRecord.Commit commit, long committedBytes, @Nullable Ready named) {
    tail = slot;
    sizeBytes = Math.max(sizeBytes, commit.sizeBytes());
    commits.put(slot, commit.extentsObject());
    bytes += committedBytes;
    if (named != null) {
      named(slot, named);
    }
  }

  private void named(long slot, Ready named) {
    CheckpointDraft draft = named.draft();
    List<ObjectKey> dead = new ArrayList<>();
    parts.committed().map().finishCheckpoint(draft).forEach(object -> dead.add(object.key()));
    var covered = commits.headMap(named.checkpoint().covers(), true);
    covered.forEach((commit, index) -> {
      dead.add(Layout.log(parts.volume(), commit));
      index.ifPresent(object -> dead.add(object.key()));
    });
    covered.clear();
    bytes = 0;
    List<ObjectKey> pages = draft.superseded().stream().map(ObjectRef::key).toList();
    death = new Collector.Death(slot, dead, draft.discarded(), pages);
    ready = null;
    phase = Phase.IDLE;
    changed.raise();
  }

  /**
   * Without the lock: deletes what the last COMMIT made dead, begins a checkpoint when one is due.
   */
  void afterwards() {
    Collector.Death died;
    boolean begin;
    synchronized (parts.lock()) {
      died = death;
      death = null;
      begin = phase == Phase.IDLE && !stopped && isDue(1);
      if (begin) {
        phase = Phase.RUNNING;
      }
    }
    if (died != null) {
      collector.collect(died);
    }
    if (begin) {
      Execution.Task<Void> started = parts.execution().fork("checkpoint", this::prepare);
      synchronized (parts.lock()) {
        task = started;
      }
    }
  }

  private boolean isDue(int factor) {
    return commits.size() >= factor * parts.options().checkpointCommits()
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
          if (commits.isEmpty()) {
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
    collector.finish();
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

  /** Takes some more chunks into the account of what is live; some of it may turn out dead. */
  private void count() {
    List<ObjectRef> next;
    synchronized (parts.lock()) {
      next = parts.committed().map().pagesToCount(PAGES_COUNTED);
    }
    Map<ObjectRef, Page> pages = new HashMap<>();
    parts.committed().load(next, Purpose.BACKGROUND, pages::putAll);
    List<ObjectKey> dead = new ArrayList<>();
    long slot;
    synchronized (parts.lock()) {
      for (ObjectRef ref : next) {
        parts
            .committed()
            .map()
            .count(ref, Objects.requireNonNull(pages.get(ref)))
            .forEach(object -> dead.add(object.key()));
      }
      slot = tail;
    }
    if (!dead.isEmpty()) {
      collector.collect(new Collector.Death(slot, dead, Optional.empty(), List.of()));
    }
  }

  private Ready make(List<ObjectKey> uploaded) {
    count();
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
}
