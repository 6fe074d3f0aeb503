package io.s3shard.sim;

import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.store.ObjectKey;
import io.s3shard.testing.NoWaiting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sees every record at the moment when it lands, and so knows what the log was at each slot: the
 * model. What a load shows must be exactly one of these states, and not one that was over when the
 * load began.
 */
final class LogWitness {
  /**
   * A slot as it was filled first. {@code state}: after it. {@code checkpoint}: the newest then.
   */
  record Entry(
      LogRecord record, boolean stands, VolumeState state, Optional<Checkpoint> checkpoint) {}

  private final VolumeId volume;
  private final VolumeLog bucketLog;
  private final Coverage coverage;
  private final List<Entry> entries = new ArrayList<>();

  LogWitness(VolumeId volume, SimBucket bucket, Coverage coverage) {
    this.volume = volume;
    this.bucketLog = new VolumeLog(volume, bucket.objects(), new NoWaiting());
    this.coverage = coverage;
    bucket.watch(this::landed);
  }

  VolumeId volume() {
    return volume;
  }

  private void landed(ObjectKey key) {
    Optional<Long> found = Layout.slot(volume, key);
    if (found.isEmpty()) {
      return;
    }
    long slot = found.get();
    if (slot <= tail()) {
      coverage.count("trimmed slot filled anew");
      return;
    }
    require(slot == tail() + 1, "slot " + slot + " was filled, the tail is " + tail());
    LogRecord record = bucketLog.read(slot);
    entries.add(slot == 1 ? first((LogRecord.Create) record) : next(slot, record));
  }

  private static Entry first(LogRecord.Create create) {
    return new Entry(create, true, VolumeState.of(create), Optional.empty());
  }

  private Entry next(long slot, LogRecord record) {
    Entry before = at(slot - 1);
    boolean stands = before.state.whyVoid(record).isEmpty();
    Optional<Checkpoint> brought =
        stands && record instanceof LogRecord.Commit commit
            ? commit.checkpoint()
            : Optional.empty();
    coverage.count((stands ? "" : "void ") + record.kind());
    return new Entry(
        record, stands, before.state.apply(slot, record), brought.or(before::checkpoint));
  }

  /** 0: nothing has landed. */
  long tail() {
    return entries.size();
  }

  Entry at(long slot) {
    return entries.get((int) slot - 1);
  }

  VolumeState now() {
    return at(tail()).state;
  }

  /**
   * The slot of the newest OPEN that stands and was sent by the process of this name; 0: there is
   * none.
   */
  long newestEpochOf(String process) {
    for (long slot = tail(); slot > 0; slot--) {
      if (at(slot).stands
          && at(slot).record instanceof LogRecord.Open open
          && open.writer().process().equals(process)) {
        return slot;
      }
    }
    return 0;
  }

  /**
   * Whether all that ended an epoch after {@code epoch}, up to slot {@code upTo}, were OPENs of
   * this machine.
   */
  boolean staysOn(String machine, long epoch, long upTo) {
    for (long slot = epoch + 1; slot <= upTo; slot++) {
      boolean changed = at(slot).state.openEpoch() != at(slot - 1).state.openEpoch();
      if (changed
          && !(at(slot).record instanceof LogRecord.Open open
              && open.writer().host().equals(machine))) {
        return false;
      }
    }
    return true;
  }

  /** Slots of the COMMITs that stand in {@code after + 1} to {@code upTo}. */
  List<Long> commits(long after, long upTo) {
    List<Long> slots = new ArrayList<>();
    for (long slot = after + 1; slot <= upTo; slot++) {
      if (at(slot).stands && at(slot).record instanceof LogRecord.Commit) {
        slots.add(slot);
      }
    }
    return slots;
  }

  /** A load that began when the tail was {@code tailBefore} and has just ended. */
  void requireLoaded(LoadedLog loaded, long tailBefore) {
    long shown = loaded.state().tail();
    require(
        shown >= tailBefore,
        "a load shows " + shown + ", but " + tailBefore + " was there when it began");
    requireState(loaded, shown);
  }

  /** Exactly what was after {@code slot}. */
  void requireState(LoadedLog loaded, long slot) {
    require(
        slot <= tail() && loaded.state().tail() == slot,
        "a load shows slot " + loaded.state().tail() + " of " + tail());
    Entry truth = at(slot);
    require(
        withoutPins(loaded.state()).equals(withoutPins(truth.state)),
        "a load shows at slot " + slot + " " + loaded.state() + " instead of " + truth.state);
    require(
        loaded.checkpoint().equals(truth.checkpoint),
        "a load shows checkpoint "
            + loaded.checkpoint()
            + " instead of "
            + truth.checkpoint
            + " at slot "
            + slot);
    require(
        loaded.state().pins().count() == truth.state.pins().count(),
        "a load counts "
            + loaded.state().pins().count()
            + " pins instead of "
            + truth.state.pins().count());
    if (loaded.state().pins().isFetched()) {
      requirePins(loaded.state().pins().live(), slot);
    }
  }

  void requirePins(List<LivePin> pins, long slot) {
    require(
        pins.equals(at(slot).state.pins().live()),
        "at slot " + slot + " live " + at(slot).state.pins().live() + ", a load shows " + pins);
  }

  /** A record that somebody was told is in the log: it is, and it stands. */
  void requireStands(LogRecord record, long slot) {
    require(
        slot <= tail(),
        record.kind() + " was reported in slot " + slot + ", the tail is " + tail());
    Entry truth = at(slot);
    require(truth.stands, record.kind() + " was reported in slot " + slot + " and is void there");
    require(
        truth.record.equals(record),
        "reported in slot " + slot + ": " + record + ", there is " + truth.record);
  }

  private static List<Object> withoutPins(VolumeState s) {
    return List.of(
        s.tail(),
        s.owner(),
        s.sizeBytes(),
        s.chunkSizeBytes(),
        s.name(),
        s.hold(),
        s.attachments(),
        s.attributes(),
        s.features(),
        s.requiresAttach(),
        s.retired(),
        s.abandoned(),
        s.source(),
        s.lastEpoch(),
        s.createdUnixMillis());
  }

  void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError("volume " + volume + ": " + otherwise);
    }
  }
}
