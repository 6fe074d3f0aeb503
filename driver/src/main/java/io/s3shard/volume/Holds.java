package io.s3shard.volume;

import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The HOLDs of group snapshots: no COMMIT gets into a log while one is in force. */
final class Holds {
  /**
   * So long a HOLD may be in force before somebody else ends it: its taker is dead, or too slow.
   */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofMillis(250);

  private final Snapshots snapshots;
  private final Volumes volumes;
  private final Execution execution;

  Holds(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.volumes = snapshots.volumes();
    this.execution = volumes.execution();
  }

  /**
   * Appends a HOLD, as the volume's owner where that is at hand: then it holds back nothing that
   * was written before.
   *
   * @throws io.s3shard.error.VolumeBusy if another is in force, or the volume is deleted
   */
  void hold(Volume volume, String group) {
    if (!snapshots.owners().hold(volume.name(), group)) {
      volumes
          .log(volume.id())
          .append(_ -> new LogRecord.Hold(group), (state, _) -> isHeld(state, group));
    }
  }

  private static boolean isHeld(VolumeState state, String group) {
    return state.hold().equals(Optional.of(group));
  }

  /**
   * Returns when no volume is held. A HOLD that stays in force is ended: on a volume that nobody
   * writes to, nobody else would.
   */
  void awaitNone(List<VolumeId> members) {
    new Bounded(execution).map("look for HOLDs", members, this::awaitNone);
  }

  private boolean awaitNone(VolumeId id) {
    String seen = "";
    long since = execution.nanoTime();
    while (true) {
      Optional<String> hold = volumes.log(id).load().state().hold();
      if (hold.isEmpty()) {
        return true;
      }
      if (!hold.get().equals(seen)) {
        seen = hold.get();
        since = execution.nanoTime();
      } else if (execution.nanoTime() - since >= LONGEST.toNanos()) {
        release(id, seen);
      }
      execution.sleep(LOOK);
    }
  }

  /** Ends the HOLD of this group, if it is in force. */
  void release(VolumeId id, String group) {
    volumes
        .log(id)
        .appendUnless(
            state ->
                isHeld(state, group) ? Optional.of(new LogRecord.Release(group)) : Optional.empty(),
            (state, _) -> !isHeld(state, group));
  }
}
