package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * One volume's log in the bucket, for anybody: loading, reading, and appending as somebody who is
 * not the owner. Thread-safe.
 */
public final class VolumeLog {
  private final LogParts parts;
  private final CommitReader commits;

  public VolumeLog(VolumeId id, ObjectStore store, Execution execution) {
    this.parts = LogParts.of(id, store, execution);
    this.commits = new CommitReader(id, store, execution, parts.reader());
  }

  public VolumeId id() {
    return parts.volume();
  }

  public LogCounters counters() {
    return parts.counters();
  }

  /**
   * The state at the tail, and the newest checkpoint: LIST and one GET, a few more after blind
   * records.
   *
   * @throws io.s3shard.error.VolumeMissing if the log is empty or abandoned
   */
  public LoadedLog load() {
    return parts.reader().load();
  }

  /** The same with the pins fetched: one GET more if there is a pin table. */
  public LoadedLog loadWithPins() {
    return parts.reader().loadWithPins();
  }

  /**
   * The state after {@code position}, the slot of a PIN whose position it is. Reliable only while a
   * pin at it lives.
   *
   * @throws io.s3shard.error.VolumeMissing if there is no such slot
   */
  public LoadedLog loadAt(long position) {
    return parts.reader().loadAt(position);
  }

  /**
   * Appends a control record as somebody who is not the owner: check, put, settle, confirm; again
   * while it was overtaken.
   *
   * @param legalAtTail makes the record from the state that it would follow, whose pins are
   *     fetched; an {@code S3ShardException} of its own ends the append
   * @param shows whether a state that was loaded after the put shows the record's effect, given the
   *     slot of the put
   * @throws io.s3shard.error.VolumeBusy if the record may not stand; InvalidRequest if it is a SET
   *     or an UNPIN
   * @throws StoreUnavailable if it is not known what became of it
   */
  public Appended append(
      Function<VolumeState, LogRecord> legalAtTail, BiPredicate<VolumeState, Long> shows) {
    return appendUnless(state -> Optional.of(legalAtTail.apply(state)), shows).orElseThrow();
  }

  /** The same; empty if {@code legalAtTail} is, and nothing was appended. */
  public Optional<Appended> appendUnless(
      Function<VolumeState, Optional<LogRecord>> legalAtTail,
      BiPredicate<VolumeState, Long> shows) {
    return new Appending(parts, shows).run(legalAtTail);
  }

  /**
   * Puts CREATE into slot 1. Who wins the slot decides: false if somebody else's record is there.
   *
   * @throws StoreUnavailable if it is not known what became of it
   */
  public boolean create(LogRecord.Create create) {
    EncodedRecord first =
        parts.informed(VolumeState.of(create), Optional.empty(), create, List.of());
    Settled settled = parts.settling().settle(first, true, Patience.bounded(parts.execution()));
    return settled instanceof Settled.Ours;
  }

  /**
   * The COMMITs that stand in the slots {@code after + 1} to {@code upTo}, in order, long indexes
   * resolved.
   *
   * @param after the slot that the newest checkpoint at {@code upTo} covers; 0: from the first
   *     record
   * @throws ObjectMissing if a slot is gone, or may hold something else by now: damage to whoever
   *     is still protected by a confirmed OPEN or a live pin, to anybody else a reason to load
   *     again
   */
  public List<CommitAt> commits(long after, long upTo) {
    return commits.read(after, upTo);
  }

  /**
   * The same beside an append at {@code upTo + 1}. What was read is to be believed if that slot was
   * won, and the tail that was seen is not behind it: then no newer checkpoint was in the log.
   *
   * @throws ObjectMissing if a slot is gone
   */
  public CommitsSeen commitsBeside(long after, long upTo) {
    return commits.look(after, upTo);
  }

  /** The record in {@code slot}, standing or void. @throws ObjectMissing if the slot is empty */
  public LogRecord read(long slot) {
    return parts.reader().read(slot).record();
  }

  /** What a record is to a collector. */
  public record Kind(boolean isCommit, boolean carriesState) {}

  /** Empty: the slot is. */
  public Optional<Kind> kind(long slot) {
    try {
      LoggedRecord there = parts.reader().read(slot);
      return Optional.of(
          new Kind(there.record() instanceof LogRecord.Commit, there.informed().isPresent()));
    } catch (ObjectMissing trimmed) {
      return Optional.empty();
    }
  }

  /**
   * The same state with its pins fetched. @throws ObjectMissing if the table was superseded and is
   * gone
   */
  public VolumeState withPins(VolumeState state) {
    return parts.pinTables().fetched(state);
  }

  /** The live pins by slot. @throws ObjectMissing as {@link #withPins} */
  public List<LivePin> pins(VolumeState state) {
    return withPins(state).pins().live();
  }

  LogParts parts() {
    return parts;
  }
}
