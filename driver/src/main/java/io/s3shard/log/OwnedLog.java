package io.s3shard.log;

import io.s3shard.error.Fenced;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

  /** Changes of pins that each COMMIT would carry before they move into a table (RFC 0001 §2). */
  private static final int PIN_CHANGES_MAX = 16;

  private final LogParts parts;
  private final OwnerSettings settings;
  private final long epoch;
  private final Turn turn;
  private final FairPause pause;
  private final AtomicBoolean committing = new AtomicBoolean();
  private volatile LoadedLog known;
  private volatile long heldSinceNanos;
  private volatile @Nullable S3ShardException ended;

  /** {@code loaded}: by the load that confirmed the OPEN. */
  OwnedLog(VolumeLog log, LoadedLog loaded, OwnerSettings settings) {
    this.parts = log.parts();
    this.settings = settings;
    this.epoch = loaded.state().openEpoch();
    this.turn = new Turn(parts.execution());
    this.pause = new FairPause(parts.execution(), parts.counters());
    this.known = loaded;
    this.heldSinceNanos = parts.execution().nanoTime();
  }

  public VolumeId volume() {
    return parts.volume();
  }

  /** The epoch that this owns: the slot of its OPEN. */
  public long epoch() {
    return epoch;
  }

  /** The state as far as the owner has read. */
  public VolumeState state() {
    return known.state();
  }

  /** The newest checkpoint that a COMMIT in the log names. */
  public Optional<Checkpoint> checkpoint() {
    return known.checkpoint();
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
    if (draft.epoch() != epoch) {
      throw new IllegalArgumentException(
          "a COMMIT of epoch " + draft.epoch() + ", this is epoch " + epoch);
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
        LoadedLog at = withPins(alive());
        LogRecord record = legalAtTail.apply(at.state());
        if (record instanceof LogRecord.Commit) {
          throw new IllegalArgumentException("a COMMIT goes through commit()");
        }
        parts.requireLegal(at.state(), record);
        if (send(at, record, List.of()) instanceof Settled.Ours ours) {
          endIfClosed("it was closed");
          return new Appended(known, ours.slot());
        }
      }
    }
  }

  /**
   * Ends the epoch. Nothing can be appended after it. @throws Fenced if it has ended already; as
   * {@link #append}
   */
  public void close(String reason) {
    append(_ -> new LogRecord.Close(epoch, reason));
  }

  /**
   * Reads what others have appended meanwhile. @throws Fenced if the epoch has ended; as {@link
   * #append}
   */
  public VolumeState catchUp() {
    try (Turn.Held _ = turn.take()) {
      while (true) {
        LoadedLog at = alive();
        long slot = at.state().tail() + 1;
        try {
          meet(
              at,
              slot,
              patience().call(() -> parts.store().get(parts.key(slot), Purpose.LOG).body()));
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
      return withPins(alive()).state().pins().live();
    }
  }

  /** One try at the next slot; empty: it was another's, or a HOLD is in force. */
  private Optional<CommitAt> tryCommit(LogRecord.Commit draft, List<ByteBuffer> payload) {
    try (Turn.Held _ = turn.take()) {
      LoadedLog at = ready();
      if (at.state().hold().isPresent()) {
        return Optional.empty();
      }
      long sentNanos = parts.execution().nanoTime();
      if (send(at, draft, payload) instanceof Settled.Ours ours) {
        pause.committed(sentNanos);
        parts.counters().count(LogCounters.Event.COMMIT);
        return Optional.of(new CommitAt(ours.slot(), landed(draft, ours.slot())));
      }
      parts.counters().count(LogCounters.Event.COMMIT_LOST);
      alive();
      return Optional.empty();
    }
  }

  /** Puts a record to the next slot, and takes in what is there then. */
  private Settled send(LoadedLog at, LogRecord record, List<ByteBuffer> payload) {
    long slot = at.state().tail() + 1;
    VolumeState after = at.state().apply(slot, record);
    VolumeState compact =
        patience().call(() -> parts.pinTables().compacted(after, PIN_CHANGES_MAX));
    EncodedRecord encoded = parts.informed(compact, at.checkpoint(), record, payload);
    Settled settled = settle(encoded);
    switch (settled) {
      case Settled.Ours _ -> know(new LoadedLog(compact, brought(record).or(at::checkpoint)));
      case Settled.Taken taken -> meet(at, slot, taken.there().orElseThrow());
      case Settled.Vanished _ ->
          throw end(new Fenced(parts.named(at.state()) + ": the log went on without this process"));
    }
    return settled;
  }

  /**
   * After a failure nobody knows what lies in the slot, so nothing more may be sent in this epoch.
   */
  private Settled settle(EncodedRecord encoded) {
    try {
      return parts.settling().settle(encoded, true, patience());
    } catch (RuntimeException unknown) {
      String remedy =
          "it is unknown whether " + encoded.key() + " is in the log: open the volume anew";
      end(new Poisoned(parts.named(state()) + ": " + remedy, unknown));
      throw unknown;
    }
  }

  /** Takes in what somebody else has put into the next slot. */
  private void meet(LoadedLog at, long slot, ByteBuffer there) {
    LoggedRecord foreign = decode(slot, there);
    if (foreign.record() instanceof LogRecord.Commit) {
      throw end(new Fenced(parts.named(at.state()) + ": another process commits to it"));
    }
    try {
      know(new LoadedLog(after(at.state(), foreign), at.checkpoint()));
    } catch (ObjectMissing _) {
      reload();
    }
    endIfClosed(Fencing.by(foreign.record()));
  }

  private VolumeState after(VolumeState before, LoggedRecord foreign) {
    if (foreign.informed().isEmpty()) {
      return parts.reader().after(before, foreign);
    }
    VolumeState carried = foreign.informed().get().state();
    return carried.withPins(carried.pins().knowing(before.pins()));
  }

  private LoggedRecord decode(long slot, ByteBuffer there) {
    try {
      return parts.codec().decode(slot, there);
    } catch (S3ShardException unreadable) {
      throw end(unreadable);
    }
  }

  /** What a record goes after: with the pins fetched if they must move into a table. */
  private LoadedLog ready() {
    LoadedLog at = alive();
    return at.state().pins().changes() > PIN_CHANGES_MAX ? withPins(at) : at;
  }

  /**
   * A pin table that somebody has replaced since may be gone: then the present one is asked for.
   */
  private LoadedLog withPins(LoadedLog at) {
    try {
      know(
          new LoadedLog(
              patience().call(() -> parts.pinTables().fetched(at.state())), at.checkpoint()));
    } catch (ObjectMissing _) {
      reload();
      endIfClosed("its epoch has ended");
    }
    return alive();
  }

  private void reload() {
    know(patience().call(parts.reader()::loadWithPins));
  }

  /** Without the turn: the records that end a HOLD may be appended through this very log. */
  private void waitWhileHeld() {
    while (state().hold().isPresent()) {
      String group = state().hold().get();
      long heldNanos = parts.execution().nanoTime() - heldSinceNanos;
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
      LoadedLog at = ready();
      boolean inForce = at.state().hold().equals(Optional.of(group));
      if (inForce && send(at, new LogRecord.Release(group), List.of()) instanceof Settled.Ours) {
        parts.counters().count(LogCounters.Event.HOLD_RELEASED);
      }
    }
  }

  private void know(LoadedLog now) {
    Optional<String> hold = now.state().hold();
    if (hold.isPresent() && !hold.equals(state().hold())) {
      heldSinceNanos = parts.execution().nanoTime();
      parts.counters().count(LogCounters.Event.HOLD_MET);
    }
    known = now;
  }

  private LoadedLog alive() {
    S3ShardException why = ended;
    if (why != null) {
      throw why;
    }
    return known;
  }

  private void endIfClosed(String why) {
    if (state().openEpoch() != epoch) {
      end(new Fenced(parts.named(state()) + ": " + why));
    }
  }

  private S3ShardException end(S3ShardException why) {
    ended = why;
    return why;
  }

  private Patience patience() {
    return new Patience(parts.execution(), settings.giveUp());
  }

  private static Optional<Checkpoint> brought(LogRecord record) {
    return record instanceof LogRecord.Commit commit ? commit.checkpoint() : Optional.empty();
  }

  /** The draft with its inline extents in the slot that it has now. */
  private LogRecord.Commit landed(LogRecord.Commit draft, long slot) {
    List<Extent> extents = draft.extents().stream().map(extent -> landed(extent, slot)).toList();
    return CommitReader.withExtents(draft, extents);
  }

  private Extent landed(Extent extent, long slot) {
    ObjectRef inline = ObjectRef.log(parts.volume(), slot, 0);
    return switch (extent.source()) {
      case Extent.Source.Zeros _ -> extent;
      case Extent.Source.InObject in when ExtentsCodec.isPayload(in.object(), inline) ->
          new Extent(
              extent.range(),
              new Extent.Source.InObject(
                  ObjectRef.log(parts.volume(), slot, in.object().blocks()), in.firstBlock()),
              extent.upTo());
      case Extent.Source.InObject _ -> extent;
    };
  }
}
