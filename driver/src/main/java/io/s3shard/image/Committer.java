package io.s3shard.image;

import io.s3shard.error.Fenced;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.Appended;
import io.s3shard.log.CommitAt;
import io.s3shard.log.ExtentsCodec;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import io.s3shard.map.Space;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a COMMIT of a frozen cut: completes its blocks, uploads what is not inline, appends the
 * record. One at a time; two in flight would break the protocol.
 */
final class Committer {
  private final ImageParts parts;
  private final Uploader uploader;
  private final EarlyUploads early;
  private final Checkpointer checkpointer;
  private final IdlePass idlePass;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong committedBytes = new AtomicLong();

  /**
   * A COMMIT that is in the log; {@link #install} makes it visible to readers, under the image's
   * lock.
   */
  interface Done {
    void install();
  }

  Committer(ImageParts parts) {
    this.parts = parts;
    this.uploader =
        new Uploader(parts.store(), parts.reader(), parts.execution(), parts.options().uploads());
    this.early = new EarlyUploads(parts, uploader);
    this.checkpointer = new Checkpointer(parts, uploader);
    this.idlePass = new IdlePass(parts, checkpointer);
  }

  /** What goes to the bucket before the cut is frozen that it belongs to. */
  EarlyUploads early() {
    return early;
  }

  /**
   * Commits a settled cut, together with a checkpoint if one is ready.
   *
   * @throws Fenced if the volume is another's now
   */
  Done commit(Cut cut, CommitCause cause) {
    checkpointer.waitIfFarBehind();
    Checkpointer.@Nullable Ready checkpoint = checkpointer.takeReady();
    try (MemoryQuota.Taken _ = parts.quotas().completing().take(cut.completedBytes())) {
      return commit(cut, checkpoint);
    }
  }

  private Done commit(Cut cut, Checkpointer.@Nullable Ready checkpoint) {
    List<FrozenBlocks.Run> runs =
        FrozenBlocks.of(cut, parts.arena(), parts.committed(), uploader::run);
    Map<Long, EarlyUploads.Early> there = early.usable(cut);
    CommitPlan plan =
        CommitPlan.of(
            parts.volume(),
            runs,
            parts.chunkBlocks(),
            cut.sizeBytes,
            there,
            parts.names(),
            parts.options());
    Optional<ObjectRef> index = upload(plan);
    early.finish(there);
    LogRecord.Commit draft = draft(cut, plan, index, checkpoint);
    CommitAt landed = parts.owned().commit(draft, plan.inline());
    early.awaitEnd(cut);
    List<Extent> extents = landed.commit().extents();
    parts.names().tail(landed.slot());
    keepInCache(plan, landed.slot());
    commits.incrementAndGet();
    committedBytes.addAndGet(blocks(runs) * Blocks.SIZE);
    return () -> {
      parts.committed().map().apply(landed.slot(), extents);
      checkpointer.committed(
          landed.slot(), landed.commit(), blocks(runs) * Blocks.SIZE, checkpoint);
      parts.committed().changed();
    };
  }

  /** All that the COMMIT will name, side by side; returns its index, if that is an object too. */
  private Optional<ObjectRef> upload(CommitPlan plan) {
    List<Runnable> work = new ArrayList<>();
    Optional<ObjectRef> index = Optional.empty();
    if (plan.extents().size() > parts.options().extentsInRecord()) {
      ObjectRef object = parts.names().next();
      index = Optional.of(object);
      work.add(() ->
          uploader.put(object, ExtentsCodec.encodeObject(object, plan.extents()), Purpose.FLUSH));
    }
    for (CommitPlan.Upload data : plan.uploads()) {
      work.add(() -> uploader.data(data, Purpose.FLUSH));
    }
    uploader.run(work);
    return index;
  }

  private LogRecord.Commit draft(
      Cut cut,
      CommitPlan plan,
      Optional<ObjectRef> index,
      Checkpointer.@Nullable Ready checkpoint) {
    long sequence =
        Math.max(
            cut.lastSequence, parts.owned().state().owner().map(o -> o.arenaSequence()).orElse(0L));
    return new LogRecord.Commit(
        parts.owned().epoch(),
        sequence,
        cut.sizeBytes,
        plan.extents(),
        index,
        Optional.ofNullable(checkpoint).map(Checkpointer.Ready::checkpoint));
  }

  /** A checkpoint will gather it. */
  private void keepInCache(CommitPlan plan, long slot) {
    if (!plan.inline().isEmpty()) {
      int blocks = plan.inline().stream().mapToInt(b -> b.remaining() / Blocks.SIZE).sum();
      ByteBuffer whole = ByteBuffer.allocate(blocks * Blocks.SIZE);
      plan.inline().forEach(b -> whole.put(b.duplicate()));
      parts.reader().keep(ObjectRef.log(parts.volume(), slot, blocks), 0, whole.flip());
    }
  }

  private static long blocks(List<FrozenBlocks.Run> runs) {
    return runs.stream()
        .filter(run -> run.bytes() != null)
        .mapToLong(run -> run.range().count())
        .sum();
  }

  /**
   * After {@link Done#install}, without the lock: starts a checkpoint when it is due, deletes what
   * has died.
   */
  void afterwards() {
    checkpointer.afterwards();
  }

  /** Ends upkeep before long: the image takes no more COMMITs. */
  void endUpkeep() {
    idlePass.end();
  }

  /** Ends upkeep, and returns when it has ended: the image is closing. */
  void stopUpkeep() {
    idlePass.stop();
  }

  /** Whether a checkpoint waits for a COMMIT that names it. */
  boolean hasCheckpoint() {
    return checkpointer.hasReady();
  }

  /**
   * Makes a checkpoint if there is anything to cover, and has it named by {@code commit}; a second
   * one if the first was made already and covers less than all.
   */
  void checkpointNow(Runnable commit) {
    for (int i = 0; i < 2 && checkpointer.prepareAtClose(); i++) {
      commit.run();
    }
  }

  /** Asks the log whether the volume is still ours. @throws Fenced if not */
  void checkOwned() {
    VolumeState state = parts.log().load().state();
    if (state.owner().filter(owner -> owner.epoch() == parts.owned().epoch()).isEmpty()) {
      throw new Fenced(
          "volume "
              + parts.volume()
              + " is not ours any more: "
              + state
                  .owner()
                  .map(o -> "taken over by " + o.writer().node())
                  .orElse("it was detached")
              + "; close it and open it again");
    }
  }

  /** Appends a control record. */
  Appended append(Function<VolumeState, LogRecord> legalAtTail) {
    Appended appended = parts.owned().append(legalAtTail);
    parts.names().tail(appended.slot());
    return appended;
  }

  /** Appends the CLOSE, after all that runs in the background has ended. */
  void closeEpoch() {
    stop();
    parts.owned().close("closed");
  }

  /** Ends what runs in the background. */
  void stop() {
    early.stop();
    checkpointer.stop();
  }

  /** The image's size as the log has it: somebody else may have raised it. */
  long sizeInLog() {
    return parts.owned().state().sizeBytes();
  }

  boolean isHeld() {
    return parts.owned().state().hold().isPresent();
  }

  long commits() {
    return commits.get();
  }

  long committedBytes() {
    return committedBytes.get();
  }

  /** Under the lock. */
  SpaceStatus space() {
    Space space = parts.committed().map().space();
    CopyMeter meter = checkpointer.meter();
    return new SpaceStatus(
        space.complete(),
        space.liveBlocks() * Blocks.SIZE,
        space.deadBlocks() * Blocks.SIZE,
        space.segments(),
        meter.gatheredBytes(),
        meter.mergedBytes(),
        meter.foldedBytes(),
        checkpointer.deleted());
  }

  long commitsSinceCheckpoint() {
    return checkpointer.commitsSince();
  }
}
