package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.Purpose;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * One record by somebody who is not the owner (RFC 0001 §2). It is put informed after the tail that
 * was loaded; where that slot is taken, twice more at the next slots, blind; and then on by
 * listings of keys alone, blind, two tries each: stepping and reading would never catch up with a
 * busy owner ({@code protocol/Fairness.java}). Then it is confirmed by a load that begins after the
 * put. A RETIRE is never put blind: it carries nothing of what its sender has looked at, whether
 * the volume is open and what it is called, and would stand over whoever has opened it since. For
 * one append, by one caller.
 */
final class Appending {
  /** Slots that are tried without reading or listing in between. */
  private static final int BLIND_TRIES = 2;

  /** Listings of keys before the log is loaded and looked at again. */
  private static final int LISTINGS = 8;

  /** How often all of that is done: some minutes against an owner that never pauses. */
  private static final int ROUNDS = 100;

  /** How many answers "taken" are remembered. */
  private static final int REFUSED_MAX = 64;

  private final LogParts parts;
  private final BiPredicate<VolumeState, Long> shows;
  private final Patience patience;

  /**
   * What was answered "taken", unread. The answer is wrong when somebody on the way has sent the
   * request twice.
   */
  private final Deque<EncodedRecord> refused = new ArrayDeque<>();

  Appending(LogParts parts, BiPredicate<VolumeState, Long> shows) {
    this.parts = parts;
    this.shows = shows;
    this.patience = Patience.bounded(parts.execution());
  }

  /** Empty if {@code legalAtTail} said so. @throws as {@link VolumeLog#append} */
  Optional<Appended> run(Function<VolumeState, Optional<LogRecord>> legalAtTail) {
    return run(legalAtTail, Optional.empty());
  }

  /**
   * The same for whoever has just {@code loaded} the log: the first try begins with that. However
   * old it is, it does no harm: its next slot is taken then.
   */
  Optional<Appended> run(
      Function<VolumeState, Optional<LogRecord>> legalAtTail, Optional<LoadedLog> loaded) {
    for (int round = 0; round < ROUNDS; round++) {
      LoadedLog at =
          round == 0 && loaded.isPresent()
              ? loaded.get()
              : patience.call(parts.reader()::loadWithPins);
      Optional<LogRecord> record;
      try {
        record = legalAtTail.apply(at.state());
        record.ifPresent(r -> parts.requireLegal(at.state(), r));
      } catch (S3ShardException illegal) {
        return Optional.of(landedAfterAll(at).orElseThrow(() -> illegal));
      }
      if (record.isEmpty()) {
        return landedAfterAll(at);
      }
      Optional<Appended> appended = put(at, record.get()).flatMap(this::confirmed);
      if (appended.isPresent()) {
        return appended;
      }
    }
    throw new StoreUnavailable(
        "volume " + parts.volume() + " is too busy: no slot of its log could be won, try again");
  }

  /** The slot that the record has won, and what it says of the log unless it was put blind. */
  private record Won(long slot, Optional<LoadedLog> carried) {}

  /** Empty: load and look again. */
  private Optional<Won> put(LoadedLog at, LogRecord record) {
    long slot = at.state().tail() + 1;
    VolumeState after = at.state().apply(slot, record);
    VolumeState compact =
        patience.call(() -> parts.pinTables().compacted(after, ControlCodec.MAX_PIN_CHANGES));
    Settled last = settle(parts.informed(compact, at.checkpoint(), record, List.of()));
    if (last instanceof Settled.Ours) {
      return Optional.of(new Won(slot, Optional.of(new LoadedLog(compact, at.checkpoint()))));
    }
    if (record instanceof LogRecord.Retire) {
      return Optional.empty();
    }
    last = last instanceof Settled.Taken ? blind(slot + 1, record) : last;
    for (int i = 0; i < LISTINGS && last instanceof Settled.Taken; i++) {
      last = blind(patience.call(parts.reader()::tail) + 1, record);
    }
    return last instanceof Settled.Ours ours
        ? Optional.of(new Won(ours.slot(), Optional.empty()))
        : Optional.empty();
  }

  /** Empty: the slot had been trimmed, or the record was overtaken; load and look again. */
  private Optional<Appended> confirmed(Won won) {
    LoadedLog now =
        patience.call(() ->
            won.carried()
                .map(parts.reader()::loadWithPins)
                .orElseGet(parts.reader()::loadWithPins));
    if (shows.test(now.state(), won.slot())) {
      return Optional.of(new Appended(now, won.slot()));
    }
    parts.counters().count(LogCounters.Event.OVERTAKEN);
    return Optional.empty();
  }

  private Settled blind(long slot, LogRecord record) {
    Settled last = settle(parts.blind(slot, record));
    for (int i = 1; i < BLIND_TRIES && last instanceof Settled.Taken; i++) {
      last = settle(parts.blind(slot + i, record));
    }
    return last;
  }

  private Settled settle(EncodedRecord record) {
    Settled settled = parts.settling().settle(record, false, patience);
    if (settled instanceof Settled.Taken taken) {
      parts.counters().count(LogCounters.Event.SLOT_LOST);
      if (taken.there().isEmpty()) {
        refused.add(record);
      }
      if (refused.size() > REFUSED_MAX) {
        refused.remove();
      }
    }
    return settled;
  }

  /**
   * Before an append fails: a record of ours that was answered "taken", is in the log, and shows.
   */
  private Optional<Appended> landedAfterAll(LoadedLog at) {
    for (EncodedRecord record : refused) {
      if (shows.test(at.state(), record.slot()) && holds(record)) {
        return Optional.of(new Appended(at, record.slot()));
      }
    }
    return Optional.empty();
  }

  private boolean holds(EncodedRecord record) {
    try {
      return record
          .body()
          .sameBytes(patience.call(() -> parts.store().get(record.key(), Purpose.LOG).body()));
    } catch (ObjectMissing _) {
      return false;
    }
  }
}
