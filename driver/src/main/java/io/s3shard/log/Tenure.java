package io.s3shard.log;

import io.s3shard.error.Fenced;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An owner's place in the log: what it knows, whether its epoch goes on, and how its next record
 * gets into the next slot. What is known may be read at any time; everything else is for the holder
 * of the turn.
 */
final class Tenure {
  /** Changes of pins that each COMMIT would carry before they move into a table (RFC 0001 §2). */
  private static final int PIN_CHANGES_MAX = 16;

  private final LogParts parts;
  private final OwnerSettings settings;
  private final long epoch;
  private volatile LoadedLog known;
  private volatile long heldSinceNanos;
  private volatile @Nullable S3ShardException ended;

  Tenure(LogParts parts, OwnerSettings settings, LoadedLog loaded) {
    this.parts = parts;
    this.settings = settings;
    this.epoch = loaded.state().openEpoch();
    this.known = loaded;
    this.heldSinceNanos = parts.execution().nanoTime();
  }

  long epoch() {
    return epoch;
  }

  LoadedLog known() {
    return known;
  }

  /** How long ago the HOLD that is in force was met. */
  long heldNanos() {
    return parts.execution().nanoTime() - heldSinceNanos;
  }

  /** Puts a record to the next slot, and takes in what is there then. */
  Settled send(LoadedLog at, LogRecord record, List<ByteBuffer> payload) {
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
      end(new Poisoned(parts.named(known.state()) + ": " + remedy, unknown));
      throw unknown;
    }
  }

  /** Takes in what somebody else has put into the next slot. */
  void meet(LoadedLog at, long slot, ByteBuffer there) {
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
      return patience().call(() -> parts.reader().after(before, foreign));
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
  LoadedLog ready() {
    LoadedLog at = alive();
    return at.state().pins().changes() > PIN_CHANGES_MAX ? withPins(at) : at;
  }

  /**
   * A pin table that somebody has replaced since may be gone: then the present one is asked for.
   */
  LoadedLog withPins(LoadedLog at) {
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

  private void know(LoadedLog now) {
    Optional<String> hold = now.state().hold();
    if (hold.isPresent() && !hold.equals(known.state().hold())) {
      heldSinceNanos = parts.execution().nanoTime();
      parts.counters().count(LogCounters.Event.HOLD_MET);
    }
    known = now;
  }

  /** What is known. @throws what ended the epoch, if it has ended */
  LoadedLog alive() {
    S3ShardException why = ended;
    if (why != null) {
      throw why;
    }
    return known;
  }

  /** Notes that the epoch has ended, if it has, and why. */
  void endIfClosed(String why) {
    if (known.state().openEpoch() != epoch) {
      end(new Fenced(parts.named(known.state()) + ": " + why));
    }
  }

  private S3ShardException end(S3ShardException why) {
    ended = why;
    return why;
  }

  /** Until the user's deadline. */
  Patience patience() {
    return new Patience(parts.execution(), settings.giveUp());
  }

  private static Optional<Checkpoint> brought(LogRecord record) {
    return record instanceof LogRecord.Commit commit ? commit.checkpoint() : Optional.empty();
  }
}
