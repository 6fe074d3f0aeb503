package io.s3shard.log;

import static io.s3shard.log.Records.VOLUME;
import static io.s3shard.log.Records.writer;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.testing.InlineExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/** A volume in a scripted bucket, with what a test does to it behind everybody's back. */
final class LogWorld {
  final ScriptedStore store = new ScriptedStore();
  final InlineExecution time = new InlineExecution();
  final VolumeLog log = new VolumeLog(VOLUME, store, time);

  /** Somebody else, who goes past the script. */
  final VolumeLog others = new VolumeLog(VOLUME, store.bucket, new InlineExecution());

  boolean giveUp;
  boolean writerWaits;
  private int writers = 100;

  static LogWorld created() {
    LogWorld world = new LogWorld();
    world.log.create(Records.create());
    return world;
  }

  /** The log with an owner on node n1, whose requests are scripted. */
  OwnedLog open() {
    return open(log, "n1", 0).orElseThrow();
  }

  Optional<OwnedLog> open(VolumeLog by, String node, long presumedEpoch) {
    OwnerSettings settings = new OwnerSettings(() -> giveUp, () -> writerWaits);
    return new Opening(by).open(writer(node, writers++), presumedEpoch, false, settings);
  }

  CommitAt commit(OwnedLog owner) {
    return owner.commit(Records.write(owner.epoch(), owner.nextSlot()), List.of());
  }

  /** The owner commits, makes a checkpoint of it all, and deletes every COMMIT that it covers. */
  void checkpointAndTrim(OwnedLog owner) {
    long covers = commit(owner).slot();
    owner.commit(Records.checkpoint(owner.epoch(), covers), List.of());
    for (long slot = 1; slot <= covers; slot++) {
      if (at(slot).isPresent() && at(slot).get() instanceof LogRecord.Commit) {
        delete(slot);
      }
    }
  }

  void delete(long slot) {
    store.bucket.delete(List.of(Layout.log(VOLUME, slot)), Purpose.LOG);
  }

  /** What lies in a slot. */
  Optional<LogRecord> at(long slot) {
    return logged(slot).map(LoggedRecord::record);
  }

  Optional<LoggedRecord> logged(long slot) {
    boolean there = slots().contains(slot);
    return there ? Optional.of(others.parts().reader().read(slot)) : Optional.empty();
  }

  /** The filled slots, rising. */
  List<Long> slots() {
    List<Long> slots = new ArrayList<>();
    store
        .bucket
        .list(Layout.logFolder(VOLUME), null, 1000, Purpose.LOG)
        .forEach(listed -> slots.addFirst(Layout.slot(VOLUME, listed.key()).orElseThrow()));
    return slots;
  }

  /** The keys of pin tables and other map objects. */
  List<ObjectKey> mapObjects() {
    List<ObjectKey> keys = new ArrayList<>();
    store
        .bucket
        .list(Layout.mapFolder(VOLUME), null, 1000, Purpose.LOG)
        .forEach(listed -> keys.add(listed.key()));
    return keys;
  }

  /** A put of somebody who has read nothing, as it may land at any time. */
  PutOutcome blind(long slot, LogRecord record) {
    EncodedRecord encoded = others.parts().blind(slot, record);
    return store.bucket.putIfAbsent(encoded.key(), encoded.body(), Purpose.LOG);
  }

  /** A record with a claim about the state after itself, however wrong. */
  void claim(VolumeState after, LogRecord record) {
    EncodedRecord encoded = others.parts().informed(after, Optional.empty(), record, List.of());
    store.bucket.putIfAbsent(encoded.key(), encoded.body(), Purpose.LOG);
  }

  /** Appends as somebody else, at once. */
  Appended elsewhere(LogRecord record) {
    return others.append(_ -> record, anyway());
  }

  static BiPredicate<VolumeState, Long> anyway() {
    return (_, _) -> true;
  }

  static BiPredicate<VolumeState, Long> pinned(String name) {
    return (state, slot) ->
        state.pins().live().stream().anyMatch(pin -> pin.slot() == slot && pin.name().equals(name));
  }

  /**
   * The fold of {@link VolumeState#apply} over every record from slot 1, which must all be there.
   */
  VolumeState fold() {
    VolumeState state = VolumeState.of((LogRecord.Create) at(1).orElseThrow());
    for (long slot : slots().subList(1, slots().size())) {
      state = state.apply(slot, at(slot).orElseThrow());
    }
    return state;
  }

  /** The same state with its pins as one set, however they are stored. */
  static VolumeState plain(VolumeState state) {
    Pins pins = Pins.NONE;
    for (LivePin pin : state.pins().live()) {
      pins = pins.plus(pin);
    }
    return state.withPins(pins);
  }

  static ObjectRef inline(int blocks) {
    return ObjectRef.log(VOLUME, 0, blocks);
  }
}
