package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Sends a record until it is known what became of it. An answer that was lost is settled by reading
 * the slot: filled, "ours" means that the whole bytes are equal; empty proves nothing, so the same
 * bytes are sent again.
 */
final class Settling {
  private final ObjectStore store;
  private final LogCounters counters;

  Settling(ObjectStore store, LogCounters counters) {
    this.store = store;
    this.counters = counters;
  }

  /**
   * @param look whether to read what another has put into the slot; after a lost answer it is read
   *     anyway
   * @throws StoreUnavailable when {@code patience} has ended: it is not known what became of the
   *     record
   */
  Settled settle(EncodedRecord record, boolean look, Patience patience) {
    boolean read = look;
    while (true) {
      switch (put(record)) {
        case WON -> {
          return new Settled.Ours(record.slot());
        }
        case LOST -> {
          return read
              ? there(record, patience).orElse(new Settled.Vanished())
              : new Settled.Taken(Optional.empty());
        }
        case UNKNOWN -> {
          counters.count(LogCounters.Event.UNKNOWN);
          read = true;
          Optional<Settled> there = there(record, patience);
          if (there.isPresent()) {
            return there.get();
          }
          patience.pause(unknown(record));
        }
      }
    }
  }

  private PutOutcome put(EncodedRecord record) {
    try {
      return store.putIfAbsent(record.key(), record.body(), Purpose.LOG);
    } catch (StoreUnavailable _) {
      return PutOutcome.UNKNOWN;
    }
  }

  /** What lies in the slot; empty: nothing. */
  private Optional<Settled> there(EncodedRecord record, Patience patience) {
    try {
      ByteBuffer body = patience.call(() -> store.get(record.key(), Purpose.LOG).body());
      boolean ours = record.body().sameBytes(body);
      return Optional.of(
          ours ? new Settled.Ours(record.slot()) : new Settled.Taken(Optional.of(body)));
    } catch (ObjectMissing _) {
      return Optional.empty();
    }
  }

  private static StoreUnavailable unknown(EncodedRecord record) {
    return new StoreUnavailable(
        "the bucket did not say whether it has taken "
            + record.key()
            + ": is the endpoint reachable?");
  }
}
