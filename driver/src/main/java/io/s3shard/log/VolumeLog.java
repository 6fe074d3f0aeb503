package io.s3shard.log;

import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** One volume's log in the bucket, for anybody: loading, reading, and appending as somebody who is not the owner. Thread-safe. */
public final class VolumeLog {
  private final VolumeId id;
  private final ObjectStore store;
  private final Execution execution;

  public VolumeLog(VolumeId id, ObjectStore store, Execution execution) {
    this.id = id;
    this.store = store;
    this.execution = execution;
  }

  public VolumeId id() {
    return id;
  }

  /**
   * The state at the tail, and the newest checkpoint: LIST and one GET, a few more after blind records.
   *
   * @throws io.s3shard.error.VolumeMissing if the log is empty or abandoned
   */
  public LoadedLog load() {
    throw new UnsupportedOperationException(store + " " + execution);
  }

  /**
   * The state after {@code position}, the slot of a PIN whose position it is. Reliable only while a pin at it lives.
   *
   * @throws io.s3shard.error.VolumeMissing if there is no such slot
   */
  public LoadedLog loadAt(long position) {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends a control record as somebody who is not the owner: check, put, settle, confirm; again while it was overtaken.
   *
   * @param legalAtTail makes the record from the state that it would follow; what it throws ends the append
   * @param shows whether a state that was loaded after the put shows the record's effect, given the slot of the put
   * @throws io.s3shard.error.VolumeBusy if the record may not stand; io.s3shard.error.InvalidRequest if it is a SET or an UNPIN
   * @throws io.s3shard.error.StoreUnavailable if it is not known what became of it
   */
  public Appended append(Function<VolumeState, LogRecord> legalAtTail, BiPredicate<VolumeState, Long> shows) {
    throw new UnsupportedOperationException();
  }

  /** Puts CREATE into slot 1. Who wins the slot decides: false if somebody else's record is there. */
  public boolean create(LogRecord.Create create) {
    throw new UnsupportedOperationException();
  }

  /**
   * The COMMITs that stand in the slots {@code after + 1} to {@code upTo}, in order, long indexes resolved.
   *
   * @param after the slot that the newest checkpoint at {@code upTo} covers; 0: from the first record
   * @throws io.s3shard.error.ObjectMissing if a slot is gone: damage to whoever is protected by a confirmed OPEN or a live pin,
   *     to anybody else a reason to load again
   */
  public List<CommitAt> commits(long after, long upTo) {
    throw new UnsupportedOperationException();
  }

  /** The record in {@code slot}, standing or void. @throws io.s3shard.error.ObjectMissing if the slot is empty */
  public LogRecord read(long slot) {
    throw new UnsupportedOperationException();
  }

  /** The same state with its pins fetched. @throws io.s3shard.error.ObjectMissing if the table was superseded and is gone */
  public VolumeState withPins(VolumeState state) {
    throw new UnsupportedOperationException();
  }

  /** The live pins by slot. @throws io.s3shard.error.ObjectMissing as {@link #withPins} */
  public List<LivePin> pins(VolumeState state) {
    return withPins(state).pins().live();
  }
}
