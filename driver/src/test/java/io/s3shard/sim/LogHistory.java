package io.s3shard.sim;

import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What really happened to a log: the first bytes of every slot, which nobody trims here, and the
 * fold over them. Whoever deletes slots calls {@link #keep} before.
 */
final class LogHistory {
  private final VolumeId volume;
  private final ObjectStore bucket;
  private final MemoryStore kept = new MemoryStore();
  private final VolumeLog log;
  private final List<VolumeState> states = new ArrayList<>();

  LogHistory(VolumeId volume, ObjectStore bucket) {
    this.volume = volume;
    this.bucket = bucket;
    this.log = new VolumeLog(volume, kept, new ThreadExecution());
  }

  /** Takes in what is new. */
  void keep() {
    String after = null;
    List<ListedObject> page;
    do {
      page = bucket.list(Layout.folder(volume), after, 1000, Purpose.BACKGROUND);
      for (ListedObject object : page) {
        after = object.key().value();
        Body body = Body.of(bucket.get(object.key(), Purpose.BACKGROUND).body());
        kept.putIfAbsent(object.key(), body, Purpose.BACKGROUND);
      }
    } while (page.size() == 1000);
  }

  /** The log as if nothing had been trimmed. */
  VolumeLog log() {
    return log;
  }

  boolean isEmpty() {
    return !isFilled(1);
  }

  long tail() {
    return fold().size();
  }

  LogRecord at(long slot) {
    return log.read(slot);
  }

  /** The state after {@code slot}, by the fold over all records from the first. */
  VolumeState after(long slot) {
    return fold().get((int) slot - 1);
  }

  /** Whether the record in {@code slot} stands. */
  boolean stands(long slot) {
    return slot == 1 || after(slot - 1).whyVoid(at(slot)).isEmpty();
  }

  private List<VolumeState> fold() {
    for (long slot = states.size() + 1L; isFilled(slot); slot++) {
      LogRecord record = at(slot);
      states.add(
          slot == 1
              ? VolumeState.of((LogRecord.Create) record)
              : states.getLast().apply(slot, record));
    }
    return states;
  }

  private boolean isFilled(long slot) {
    try {
      kept.get(Layout.log(volume, slot), Purpose.BACKGROUND);
      return true;
    } catch (ObjectMissing _) {
      return false;
    }
  }

  /**
   * Slots of COMMITs up to {@code covers} that no live pin can see, if they die at slot {@code
   * death}.
   */
  List<ObjectKey> dead(VolumeState state, long covers, long death) {
    List<ObjectKey> dead = new ArrayList<>();
    List<LivePin> pins = state.pins().live();
    for (long slot = 1; slot <= covers; slot++) {
      long birth = slot;
      boolean seen =
          pins.stream().anyMatch(pin -> birth <= pin.position() && pin.position() < death);
      if (isFilled(slot) && at(slot) instanceof LogRecord.Commit && !seen) {
        dead.add(Layout.log(volume, slot));
      }
    }
    return dead;
  }

  /** All that a state says, however its pins are stored. */
  static String describe(VolumeState state) {
    TreeMap<String, Object> said = new TreeMap<>();
    said.put("tail", state.tail());
    said.put("owner", state.owner());
    said.put("size", state.sizeBytes());
    said.put("name", state.name());
    said.put("pins", state.pins().live());
    said.put("pin count", state.pins().count());
    said.put("hold", state.hold());
    said.put("attachments", state.attachments());
    said.put("attributes", state.attributes());
    said.put("retired", state.retired());
    said.put("last epoch", state.lastEpoch());
    return said.toString();
  }
}
