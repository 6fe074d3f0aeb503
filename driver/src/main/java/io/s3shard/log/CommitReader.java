package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Reads what was committed after a checkpoint: fetched side by side, judged in order. */
final class CommitReader {
  private final VolumeId volume;
  private final ObjectStore store;
  private final Execution execution;
  private final LogReader reader;

  CommitReader(VolumeId volume, ObjectStore store, Execution execution, LogReader reader) {
    this.volume = volume;
    this.store = store;
    this.execution = execution;
    this.reader = reader;
  }

  /**
   * A slot that is trimmed may be filled anew, by a late record of somebody who had lost it: so
   * nothing is believed before it is known that nothing was trimmed.
   */
  List<CommitAt> read(long after, long upTo) {
    List<LoggedRecord> records = records(after, upTo);
    if (!records.isEmpty() && !reader.isUntrimmed(after, upTo)) {
      throw new ObjectMissing(
          "the log of volume " + volume + " was checkpointed while its COMMITs were read");
    }
    return resolved(records);
  }

  /**
   * The same for whoever is about to append at {@code upTo + 1}: to be believed if that slot is
   * his, and he saw no other tail.
   */
  CommitsSeen look(long after, long upTo) {
    List<LoggedRecord> records = records(after, upTo);
    long tail = records.isEmpty() ? upTo : reader.tail();
    return new CommitsSeen(resolved(records), tail);
  }

  private List<LoggedRecord> records(long after, long upTo) {
    List<Long> slots = LongStream.rangeClosed(after + 1, upTo).boxed().toList();
    return InParallel.map(execution, slots, reader::read);
  }

  private List<CommitAt> resolved(List<LoggedRecord> records) {
    return InParallel.map(execution, standing(records), this::resolved);
  }

  /**
   * The COMMITs that stand. What a record meets is what the one before it carries, or that with the
   * blind ones since applied. Before the first informed record it is not known; but blind ones are
   * no COMMITs, and a COMMIT carries the state after itself.
   */
  private List<LoggedRecord> standing(List<LoggedRecord> records) {
    List<LoggedRecord> commits = new ArrayList<>();
    Optional<VolumeState> met = Optional.empty();
    for (LoggedRecord next : records) {
      boolean isVoid =
          next.record() instanceof LogRecord.Commit commit && !stands(met, commit, next);
      if (next.record() instanceof LogRecord.Commit && !isVoid) {
        commits.add(next);
      }
      Optional<VolumeState> carried =
          isVoid ? Optional.empty() : next.informed().map(LoadedLog::state);
      met = carried.isPresent() ? carried : folded(met, next);
    }
    return commits;
  }

  private static boolean stands(
      Optional<VolumeState> met, LogRecord.Commit commit, LoggedRecord at) {
    if (met.isPresent()) {
      return met.get().whyVoid(commit).isEmpty();
    }
    VolumeState after = at.informed().orElseThrow().state();
    return after.openEpoch() == commit.epoch() && after.hold().isEmpty();
  }

  /** Empty if it can't be told: a pin table that an older state names may be gone. */
  private Optional<VolumeState> folded(Optional<VolumeState> met, LoggedRecord next) {
    try {
      return met.map(state -> reader.after(state, next));
    } catch (ObjectMissing _) {
      return Optional.empty();
    }
  }

  private CommitAt resolved(LoggedRecord record) {
    LogRecord.Commit commit = (LogRecord.Commit) record.record();
    if (commit.extentsObject().isEmpty()) {
      return new CommitAt(record.slot(), commit);
    }
    ObjectRef index = commit.extentsObject().get();
    ObjectRef payload = ObjectRef.log(volume, record.slot(), record.payloadBlocks());
    List<Extent> extents =
        ExtentsCodec.decodeObject(index, payload, store.get(index.key(), Purpose.MAP).body());
    return new CommitAt(record.slot(), withExtents(commit, extents));
  }

  static LogRecord.Commit withExtents(LogRecord.Commit commit, List<Extent> extents) {
    return new LogRecord.Commit(
        commit.epoch(),
        commit.arenaSequence(),
        commit.sizeBytes(),
        extents,
        commit.extentsObject(),
        commit.checkpoint());
  }
}
