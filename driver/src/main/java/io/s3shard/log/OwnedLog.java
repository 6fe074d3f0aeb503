package io.s3shard.log;

import io.s3shard.format.VolumeId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The owner's side of a log, from a confirmed OPEN to the end of its epoch. What it appends is final: nothing is confirmed by
 * another load. Thread-safe; one COMMIT at a time.
 */
public final class OwnedLog {
  private final VolumeLog log;
  private final LoadedLog loaded;

  OwnedLog(VolumeLog log, LoadedLog loaded) {
    this.log = log;
    this.loaded = loaded;
  }

  public VolumeId volume() {
    return log.id();
  }

  /** The epoch that this owns: the slot of its OPEN. */
  public long epoch() {
    return loaded.state().openEpoch();
  }

  /** The state as far as the owner has read. */
  public VolumeState state() {
    return loaded.state();
  }

  /** The newest checkpoint that a COMMIT in the log names. */
  public Optional<Checkpoint> checkpoint() {
    return loaded.checkpoint();
  }

  /** Where the next record goes unless somebody else was faster. */
  public long nextSlot() {
    return state().tail() + 1;
  }

  /**
   * Appends a COMMIT and returns it where it landed. Waits while a HOLD is in force, and leaves others a gap now and then.
   *
   * @param inlinePayload whole blocks, which must not change until this returns
   * @throws io.s3shard.error.Fenced if the epoch has ended: nothing of this COMMIT counts, unless it was told unknown before
   * @throws io.s3shard.error.StoreUnavailable if it was told to stop: it is unknown whether the COMMIT is in the log
   */
  public CommitAt commit(LogRecord.Commit draft, List<ByteBuffer> inlinePayload) {
    throw new UnsupportedOperationException();
  }

  /** Appends a control record of the owner's own (PIN, SET). @throws as {@link VolumeLog#append}, and Fenced */
  public Appended append(Function<VolumeState, LogRecord> legalAtTail) {
    throw new UnsupportedOperationException();
  }

  /** Reads what others have appended meanwhile. @throws io.s3shard.error.Fenced if the epoch has ended */
  public VolumeState catchUp() {
    throw new UnsupportedOperationException();
  }

  /** Ends the epoch. Nothing can be appended after it. @throws io.s3shard.error.Fenced if somebody else has ended it */
  public void close(String reason) {
    throw new UnsupportedOperationException();
  }
}
