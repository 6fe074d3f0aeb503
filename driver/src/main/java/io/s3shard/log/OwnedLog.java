package io.s3shard.log;

import io.s3shard.error.Fenced;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * The owner's side of a log, from a confirmed OPEN to the end of its epoch. Its own records are
 * final, nothing is confirmed by another load: between its tail and whatever fences it lie only
 * control records and its own COMMIT, none of which is trimmed.
 *
 * <p>One record is on its way at a time, COMMITs and others alike. Once the epoch has ended, or it
 * is unknown what became of a record, everything throws. Thread-safe.
 */
public final class OwnedLog {
  /**
   * How long a HOLD may keep flushes waiting before the owner ends it, and how often it looks (RFC
   * 0001 §2).
   */
  private static final Duration HOLD_LONGEST = Duration.ofSeconds(3);

  private static final Duration HOLD_LOOK = Duration.ofMillis(100);

  private final LogParts parts;
  private final OwnerSettings settings;
  private final Turn turn;
  private final FairPause pause;
  private final AtomicBoolean committing = new AtomicBoolean();
  private final Tenure tenure;

  /** {@code loaded}: by the load that confirmed the OPEN. */
  OwnedLog(VolumeLog log, LoadedLog loaded, OwnerSettings settings) {
    this.parts = log.parts();
    this.settings = settings;
    this.turn = new Turn(parts.execution());
    this.pause = new FairPause(parts.execution(), parts.counters());
    this.tenure = new Tenure(parts, settings, loaded);
  }

  public VolumeId volume() {
    return parts.volume();
  }

  /** The epoch that this owns: the slot of its OPEN. */
  public long epoch() {
    return tenure.epoch();
  }

  /** The state as far as the owner has read. */
  public VolumeState state() {
    return tenure.known().state();
  }

  /** The newest checkpoint that a COMMIT in the log names. */
  public Optional<Checkpoint> checkpoint() {
    return tenure.known().checkpoint();
  }

  /** Where the next record goes unless somebody else was faster. */
  public long nextSlot() {
    return state().tail() + 1;
  }

  /**
   * Appends a COMMIT and returns it where it landed. Waits while a HOLD is in force, and leaves
   * others a gap now and then.
   *
   * @param inlinePayload whole blocks, which must not change until this returns
   * @throws Fenced if the epoch has ended: this COMMIT is not part of it, unless the log had gone
   *     on so far that it can't be told
   * @throws io.s3shard.error.StoreUnavailable if it was told to stop: it is unknown whether the
   *     COMMIT is in the log
   * @throws Poisoned if that was so before
   */
  public CommitAt commit(LogRecord.Commit draft, List<ByteBuffer> inlinePayload) {
    if (draft.epoch() != epoch()) {
      throw new IllegalArgumentException(
          "a COMMIT of epoch " + draft.epoch() + ", this is epoch " + epoch());
    }
    if (!committing.compareAndSet(false, true)) {
      throw new IllegalStateException("a COMMIT is in flight: two would break the log");
    }
    try {
      while (true) {
        waitWhileHeld();
        pause.beforeCommit();
        Optional<CommitAt> committed = tryCommit(draft, inlinePayload);
        if (committed.isPresent()) {
          return committed.get();
        }
      }
    } finally {
      committing.set(false);
    }
  }

  /**
   * Appends a control record of the owner's own (PIN, SET). {@code legalAtTail}: from a state whose
   * pins are fetched.
   *
   * @throws io.s3shard.error.VolumeBusy if the record may not stand; InvalidRequest if it is a SET
   *     or an UNPIN
   * @throws Fenced as {@link #commit}, and so StoreUnavailable and Poisoned
   */
  public Appended append(Function<VolumeState, LogRecord> legalAtTail) {
    while (true) {
      try (Turn.Held _ = turn.take()) {
        LoadedLog at = tenure.withPins(tenure.alive());
        LogRecord record = legalAtTail.apply(at.state());
        if (record instanceof LogRecord.Commit) {
          throw new IllegalArgumentException("a COMMIT goes through commit()");
        }
        parts.requireLegal(at.state(), record);
        if (tenure.send(at, record, List.of()) instanceof Settled.Ours ours) {
          tenure.endIfClosed("it was closed");
          return new Appended(tenure.known(), ours.slot());
        }
      }
    }
  }

  /**
   * Ends the epoch. Nothing can be appended after it. @throws Fenced if it has ended already; as
   * {@link #append}
   */
  public void close(String reason) {
    append(_ -> new LogRecord.Close(epoch(), reason));
  }

  /**
   * Reads what others have appended meanwhile. @throws Fenced if the epoch has ended; as {@link
   * #append}
   */
  public VolumeState catchUp() {
    try (Turn.Held _ = turn.take()) {
      while (true) {
        LoadedLog at = tenure.alive();
        long slot = at.state().tail() + 1;
        try {
          tenure.meet(
              at,
              slot,
              tenure.patience().call(() -> parts.store().get(parts.key(slot), Purpose.LOG).body()));
        } catch (ObjectMissing _) {
          return at.state();
        }
      }
    }
  }

  /**
   * The live pins by slot, as far as the owner has read; fetched if they are not known.
   *
   * @throws Fenced as {@link #append}, if they must be fetched
   */
  public List<LivePin> pins() {
    Pins pins = state().pins();
    if (pins.isFetched()) {
      return pins.live();
    }
    try (Turn.Held _ = turn.take()) {
      return tenure.withPins(tenure.alive()).state().pins().live();
    }
  }

  /** One try at the next slot; empty: it was another's, or a HOLD is in force. */
  private Optional<CommitAt> tryCommit(LogRecord.Commit draft, List<ByteBuffer> payload) {
    try (Turn.Held _ = turn.take()) {
      LoadedLog at = tenure.ready();
      if (at.state().hold().isPresent()) {
        return Optional.empty();
      }
      long sentNanos = parts.execution().nanoTime();
      if (tenure.send(at, draft, payload) instanceof Settled.Ours ours) {
        pause.committed(sentNanos);
        parts.counters().count(LogCounters.Event.COMMIT);
        return Optional.of(
            new CommitAt(ours.slot(), LandedCommit.of(parts.volume(), draft, ours.slot())));
      }
      parts.counters().count(LogCounters.Event.COMMIT_LOST);
      tenure.alive();
      return Optional.empty();
    }
  }

  /** Without the turn: the records that end a HOLD may be appended through this very log. */
  private void waitWhileHeld() {
    while (state().hold().isPresent()) {
      String group = state().hold().get();
      long heldNanos = tenure.heldNanos();
      if (heldNanos >= HOLD_LONGEST.toNanos() || settings.writerWaits().getAsBoolean()) {
        release(group);
      } else {
        parts.execution().sleep(HOLD_LOOK);
        catchUp();
      }
    }
  }

  private void release(String group) {
    try (Turn.Held _ = turn.take()) {
      LoadedLog at = tenure.ready();
      boolean inForce = at.state().hold().equals(Optional.of(group));
      if (inForce
          && tenure.send(at, new LogRecord.Release(group), List.of()) instanceof Settled.Ours) {
        parts.counters().count(LogCounters.Event.HOLD_RELEASED);
      }
    }
  }
}
