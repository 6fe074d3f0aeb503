package io.s3shard.log;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Loading: back from the newest record to the newest informed one, then forward over the blind ones
 * after it. Never further back: a record that fell into a slot below a checkpoint after it was
 * trimmed would come to life.
 */
final class LogReader {
  /** How often a log may change under a load before it counts as unreachable. */
  private static final int TRIES = 16;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

  private final VolumeId volume;
  private final ObjectStore store;
  private final Execution execution;
  private final RecordCodec codec;
  private final PinTables pinTables;
  private final LogCounters counters;

  LogReader(
      VolumeId volume,
      ObjectStore store,
      Execution execution,
      RecordCodec codec,
      PinTables pinTables,
      LogCounters counters) {
    this.volume = volume;
    this.store = store;
    this.execution = execution;
    this.codec = codec;
    this.pinTables = pinTables;
    this.counters = counters;
  }

  /** At the tail. @throws VolumeMissing if the log is empty or abandoned */
  LoadedLog load() {
    counters.count(LogCounters.Event.LOAD);
    return tryAgain(this::fromTail, listing -> once(listing, Optional.empty()));
  }

  /** At the tail, with the pins fetched. */
  LoadedLog loadWithPins() {
    counters.count(LogCounters.Event.LOAD);
    return tryAgain(this::fromTail, listing -> withPins(once(listing, Optional.empty())));
  }

  /**
   * The same for whoever has just put an informed control record: what {@code put} says of the log
   * after it need not be read again. As a rule this is one LIST.
   */
  LoadedLog loadWithPins(LoadedLog put) {
    counters.count(LogCounters.Event.LOAD);
    return tryAgain(this::fromTail, listing -> withPins(once(listing, Optional.of(put))));
  }

  /** At an older slot, which a live pin protects. */
  LoadedLog loadAt(long slot) {
    LoadedLog loaded =
        tryAgain(
            limit -> new ListedSlots(volume, store, limit, slot),
            listing -> once(listing, Optional.empty()));
    if (loaded.state().tail() != slot) {
      throw new VolumeMissing("volume " + volume + " has no record in slot " + slot);
    }
    return loaded;
  }

  /** The newest slot, by a listing of keys alone. */
  long tail() {
    return new ListedSlots(volume, store, 1).next().orElseThrow(this::missing).slot();
  }

  /**
   * Whether no COMMIT from {@code after + 1} to {@code upTo} has been trimmed up to now, {@code
   * after} being the slot that the newest checkpoint at {@code upTo} covers: no newer one is in the
   * log, or a pin at {@code upTo} lives.
   */
  boolean isUntrimmed(long after, long upTo) {
    if (tail() == upTo) {
      return true;
    }
    LoadedLog now = loadWithPins();
    return now.checkpoint().map(Checkpoint::covers).orElse(0L) <= after
        || now.state().pins().hasPosition(upTo);
  }

  /**
   * @throws ObjectMissing if the slot is empty
   */
  LoggedRecord read(long slot) {
    return codec.decode(slot, store.get(Layout.log(volume, slot), Purpose.LOG).body());
  }

  private ListedSlots fromTail(int limit) {
    return new ListedSlots(volume, store, limit);
  }

  /** What was missing, and the newest record that was listed before it was asked for. */
  private record Gone(Optional<ListedSlots.Listed> newest, String what) {}

  /**
   * Again while the log changes under the load, or was longer than its listing. Nothing that the
   * newest record needs goes before a newer one is in the log: what is missing twice with the same
   * one at the tail is damage.
   *
   * @param list a listing of so many slots at most
   */
  private LoadedLog tryAgain(IntFunction<ListedSlots> list, Function<ListedSlots, LoadedLog> load) {
    Optional<Gone> before = Optional.empty();
    int limit = ListedSlots.FEW;
    for (int i = 1; ; i++) {
      ListedSlots listing = list.apply(limit);
      try {
        return load.apply(listing);
      } catch (ObjectMissing changed) {
        Gone now = new Gone(listing.newest(), String.valueOf(changed.getMessage()));
        if (!listing.isTooShort() && before.filter(now::equals).isPresent()) {
          throw damaged(changed);
        }
        if (i == TRIES) {
          String often =
              "the log of volume "
                  + volume
                  + " has changed "
                  + TRIES
                  + " times while it was loaded: try again";
          throw new StoreUnavailable(often, changed);
        }
        before = Optional.of(now);
        counters.count(LogCounters.Event.LOAD_AGAIN);
        execution.sleep(BETWEEN_TRIES);
        limit = ListedSlots.more(limit);
      }
    }
  }

  private Damaged damaged(ObjectMissing missing) {
    return new Damaged(
        "the log of volume "
            + volume
            + " can't be read: "
            + missing.getMessage()
            + "; it must be there: restore it from a copy of the bucket",
        missing);
  }

  /**
   * {@code put}: what a control record of the caller's carries, which is in the log.
   *
   * @throws ObjectMissing if the log has changed since it was listed
   */
  private LoadedLog once(ListedSlots listing, Optional<LoadedLog> put) {
    Deque<LoggedRecord> blind = new ArrayDeque<>();
    ListedSlots.Listed at = listing.next().orElseThrow(this::missing);
    Optional<LoadedLog> informed = carried(at, put, blind);
    while (informed.isEmpty()) {
      long before = at.slot() - 1;
      if (before == 0) {
        throw new Damaged(
            "object " + Layout.log(volume, 1) + " is damaged: the first record carries no state");
      }
      at = listing.next().filter(next -> next.slot() == before).orElseThrow(() -> gone(before));
      informed = carried(at, put, blind);
    }
    VolumeState state = informed.get().state();
    for (LoggedRecord next : blind) {
      state = after(state, next);
    }
    if (state.abandoned()) {
      throw new VolumeMissing("volume " + volume + " was given up while it was created");
    }
    return new LoadedLog(state, informed.get().checkpoint());
  }

  /** What the record in a slot carries; empty: nothing, and it is one more of {@code blind}. */
  private Optional<LoadedLog> carried(
      ListedSlots.Listed at, Optional<LoadedLog> put, Deque<LoggedRecord> blind) {
    if (put.filter(known -> known.state().tail() == at.slot()).isPresent()) {
      return put;
    }
    LoggedRecord record = get(at);
    if (record.informed().isEmpty()) {
      blind.push(record);
    }
    return record.informed();
  }

  /** The state after a record that was put blind, or whose own claim is not asked for. */
  VolumeState after(VolumeState state, LoggedRecord next) {
    boolean aboutPins =
        next.record() instanceof LogRecord.Pin || next.record() instanceof LogRecord.Unpin;
    return (aboutPins ? pinTables.fetched(state) : state).apply(next.slot(), next.record());
  }

  private LoadedLog withPins(LoadedLog log) {
    return new LoadedLog(pinTables.fetched(log.state()), log.checkpoint());
  }

  private LoggedRecord get(ListedSlots.Listed at) {
    return codec.decode(
        at.slot(), store.getIfMatch(Layout.log(volume, at.slot()), at.etag(), Purpose.LOG).body());
  }

  private ObjectMissing gone(long slot) {
    return new ObjectMissing("object " + Layout.log(volume, slot) + " is gone");
  }

  private VolumeMissing missing() {
    return new VolumeMissing("there is no volume " + volume);
  }
}
