package io.s3shard.image;

import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.LogRecord;
import io.s3shard.map.CheckpointDraft;
import io.s3shard.store.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what COMMITs brought into the map of the bucket, beside the flushes: gathers inline extents
 * into segments, merges and folds, writes pages and a root; the next COMMIT names it, and with that
 * the COMMITs that it covers are dead, and what their data has replaced.
 *
 * <pre>
 *   IDLE     few COMMITs since the last one
 *   RUNNING  gathering and uploading; COMMITs go on
 *   READY    everything is in the bucket; waits for a COMMIT to name it
 *   TAKEN    in a COMMIT on its way
 * </pre>
 */
final class Checkpointer implements CheckpointMaker.Circumstances {
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
  private final CheckpointMaker maker;
  private final Upkeeper upkeeper;
  private final Collector collector;
  private final Signal changed;

  /** Guarded by the image's lock, like all below. */
  private final UncoveredCommits uncovered;

  private Collector.@Nullable Death death;
  private Phase phase = Phase.IDLE;
  private @Nullable Ready ready;
  private Execution.@Nullable Task<Void> task;
  private final Setbacks setbacks = new Setbacks();
  private boolean stopping;
  private boolean stopped;

  Checkpointer(ImageParts parts, Uploader uploader) {
    this.parts = parts;
    this.uploader = uploader;
    this.upkeeper = new Upkeeper(parts);
    this.changed = parts.execution().signal();
    this.collector = new Collector(parts, uploader);
    this.uncovered = new UncoveredCommits(parts);
    this.maker = new CheckpointMaker(parts, uploader, uncovered, upkeeper, collector);
  }

  Upkeeper upkeeper() {
    return upkeeper;
  }

  CopyMeter meter() {
    return maker.meter();
  }

  long deleted() {
    return collector.deleted();
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

  /**
   * A COMMIT is in the log and in the map; under the lock. {@code named}: the checkpoint that it
   * names.
   */
  void committed(long slot, LogRecord.Commit commit, long committedBytes, @Nullable Ready named) {
    uncovered.add(slot, commit, committedBytes);
    if (named != null) {
      named(slot, named);
    }
    changed.raise();
  }

  private void named(long slot, Ready named) {
    CheckpointDraft draft = named.draft();
    List<ObjectKey> dead = new ArrayList<>(uncovered.covered(named.checkpoint().covers()));
    parts.committed().map().finishCheckpoint(draft).forEach(object -> dead.add(object.key()));
    List<ObjectKey> pages = draft.superseded().stream().map(ObjectRef::key).toList();
    death = new Collector.Death(slot, dead, draft.discarded(), pages);
    ready = null;
    phase = Phase.IDLE;
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
      begin = phase == Phase.IDLE && !stopped && uncovered.isDue(1);
      if (begin) {
        phase = Phase.RUNNING;
      }
    }
    if (died != null) {
      collector.collect(died);
    }
    if (begin) {
      start();
    }
  }

  private void start() {
    Execution.Task<Void> started = parts.execution().fork("checkpoint", this::prepareUnderLoad);
    synchronized (parts.lock()) {
      task = started;
    }
  }

  /**
   * The hard stop of DESIGN §4: replay, tail and the dead must not grow without bound when the
   * bucket is too slow for checkpoints, or takes none.
   *
   * @throws S3ShardException why none can be made, after several tries
   */
  void waitIfFarBehind() {
    while (true) {
      long seen = changed.version();
      boolean begin;
      synchronized (parts.lock()) {
        if (phase == Phase.READY || phase == Phase.TAKEN || !uncovered.isDue(2)) {
          return;
        }
        begin = phase == Phase.IDLE;
        if (begin) {
          setbacks.giveUpIfHopeless();
          phase = Phase.RUNNING;
        }
      }
      if (begin) {
        start();
      } else {
        changed.await(seen);
      }
    }
  }

  /** Whether COMMITs will soon have to wait for the checkpoint, or somebody waits already. */
  @Override
  public boolean isUrgent() {
    synchronized (parts.lock()) {
      return stopping || uncovered.isDue(1.5) || parts.waiting().count() > 0;
    }
  }

  @Override
  public boolean isStopping() {
    synchronized (parts.lock()) {
      return stopping;
    }
  }

  /** COMMITs that changed the image, in this epoch. */
  long userCommits() {
    synchronized (parts.lock()) {
      return uncovered.userCommits();
    }
  }

  /** Raised with every COMMIT, and at the end. */
  Signal changed() {
    return changed;
  }

  long commitsSince() {
    synchronized (parts.lock()) {
      return uncovered.count();
    }
  }

  /** Whether a share of what makes a checkpoint due has gathered. */
  boolean isDueBy(double share) {
    synchronized (parts.lock()) {
      return uncovered.isDue(share);
    }
  }

  /** Makes a checkpoint for a close; false if it would say nothing new, or was given up. */
  boolean prepareAtClose() {
    while (true) {
      long seen = changed.version();
      synchronized (parts.lock()) {
        if (phase == Phase.READY) {
          return true;
        }
        if (phase == Phase.IDLE) {
          if (!uncovered.change()) {
            return false;
          }
          phase = Phase.RUNNING;
          break;
        }
      }
      changed.await(seen);
    }
    return prepare(upkeeper::atClose);
  }

  /**
   * Makes a checkpoint with this upkeep, and returns when a COMMIT has named it; false if it was
   * given up, or the image is closing.
   */
  boolean checkpoint(Supplier<UpkeepPlan> plan) {
    return whenIdle(() -> phase = Phase.RUNNING) && prepare(plan) && whenIdle(() -> {});
  }

  /** Waits until no checkpoint is under way; false: the image is closing. */
  private boolean whenIdle(Runnable then) {
    while (true) {
      long seen = changed.version();
      synchronized (parts.lock()) {
        if (stopping) {
          return false;
        }
        if (phase == Phase.IDLE) {
          then.run();
          return true;
        }
      }
      changed.await(seen);
    }
  }

  private @Nullable Void prepareUnderLoad() {
    pauseAfterSetback();
    long covered;
    synchronized (parts.lock()) {
      covered = uncovered.bytes();
    }
    boolean _ = prepare(() -> upkeeper.underLoad(covered));
    return null;
  }

  /** A failure is seldom over at once. But a close waits for nothing. */
  private void pauseAfterSetback() {
    while (true) {
      long seen = changed.version();
      long now = parts.execution().nanoTime();
      Duration left;
      synchronized (parts.lock()) {
        left = stopping ? Duration.ZERO : setbacks.pause(now);
      }
      if (left.isZero()) {
        return;
      }
      changed.await(seen, left);
    }
  }

  /** Returns whether a checkpoint is ready. */
  private boolean prepare(Supplier<UpkeepPlan> plan) {
    List<ObjectKey> uploaded = new ArrayList<>();
    Ready made = null;
    @Nullable S3ShardException setback = null;
    try {
      made = maker.make(plan, uploaded, this);
    } catch (CancellationException e) {
      uploader.delete(uploaded);
    } catch (S3ShardException e) {
      LOG.warn("volume {}: a checkpoint was given up: {}", parts.volume(), e.getMessage());
      setback = e;
      uploader.delete(uploaded);
    } catch (RuntimeException e) {
      setback = new Poisoned("a checkpoint failed by a fault of s3shard itself: " + e, e);
      throw e;
    } finally {
      ended(made, setback);
    }
    return made != null;
  }

  private void ended(@Nullable Ready made, @Nullable S3ShardException setback) {
    long now = parts.execution().nanoTime();
    synchronized (parts.lock()) {
      ready = made;
      phase = made == null ? Phase.IDLE : Phase.READY;
      if (made != null) {
        setbacks.succeeded();
      } else if (setback != null) {
        setbacks.failed(setback, now);
      }
    }
    changed.raise();
    parts.wake().raise();
  }

  /** Takes all chunks into the account, unless the image closes meanwhile. */
  void countAll() {
    while (whenIdle(() -> phase = Phase.RUNNING)) {
      boolean complete = true;
      try {
        complete = maker.count();
      } finally {
        synchronized (parts.lock()) {
          phase = Phase.IDLE;
        }
        changed.raise();
      }
      if (complete) {
        return;
      }
    }
  }

  /** Upkeep that can be given up is; of what runs nothing is slowed down any more. */
  void stopUpkeep() {
    synchronized (parts.lock()) {
      stopping = true;
    }
    changed.raise();
  }

  /** Returns when nothing runs in the background any more: what is dead is deleted. */
  void stop() {
    Execution.Task<Void> running;
    synchronized (parts.lock()) {
      stopped = true;
      stopping = true;
      running = task;
    }
    changed.raise();
    if (running != null) {
      running.join();
    }
    collector.finish();
  }
}
