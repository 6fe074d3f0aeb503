package io.s3shard.log;

import io.s3shard.error.Damaged;
import io.s3shard.execution.Execution;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.List;

/**
 * Pin tables in the bucket: reading the one that a state names, writing a new one when too many
 * changes have gathered.
 */
final class PinTables {
  private final VolumeId volume;
  private final ObjectStore store;
  private final Execution execution;
  private final LogCounters counters;

  PinTables(VolumeId volume, ObjectStore store, Execution execution, LogCounters counters) {
    this.volume = volume;
    this.store = store;
    this.execution = execution;
    this.counters = counters;
  }

  /**
   * The same state with its pins fetched. @throws io.s3shard.error.ObjectMissing if the table is
   * gone
   */
  VolumeState fetched(VolumeState state) {
    Pins pins = state.pins();
    if (pins.isFetched()) {
      return state;
    }
    ObjectRef table = pins.table().orElseThrow();
    List<LivePin> inTable = PinTableCodec.decode(table, store.get(table.key(), Purpose.LOG).body());
    Pins known = pins.withTable(inTable);
    if (known.live().size() != pins.count()) {
      throw new Damaged(
          "object "
              + table.key()
              + " is damaged: "
              + known.live().size()
              + " pins live by it, "
              + pins.count()
              + " in the log");
    }
    return state.withPins(known);
  }

  /**
   * The same state with at most {@code most} changes since its table. A new table is named after
   * the slot of the record that will name it, and that slot only: one that is refused there is
   * never named, and a sweep can tell (REVIEW.md, H15).
   */
  VolumeState compacted(VolumeState state, int most) {
    if (state.pins().changes() <= most) {
      return state;
    }
    Pins pins = fetched(state).pins();
    ObjectRef table =
        ObjectRef.map(volume, state.tail(), state.tail() - 1, execution.random(Long.MAX_VALUE));
    store.put(table.key(), PinTableCodec.encode(table, pins.live()), Purpose.LOG);
    counters.count(LogCounters.Event.PIN_TABLE);
    return state.withPins(pins.movedTo(table));
  }
}
