package io.s3shard.volume;

import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides what becomes of a group snapshot that is being taken, once and for all, whoever asks: its
 * taker, or somebody who found it. Two pins on the first member say it. The first one says that the
 * group is unfinished. The second has its position, so it can only stand while the first lives, and
 * a name that only one pin can have: whichever stands first decides. Then both go, the first one
 * first.
 */
final class GroupOutcomes {
  private final Snapshots snapshots;
  private final Volumes volumes;
  private final Holds holds;

  GroupOutcomes(Snapshots snapshots, Holds holds) {
    this.snapshots = snapshots;
    this.volumes = snapshots.volumes();
    this.holds = holds;
  }

  /** Says that a group is being taken. */
  void begin(String group, int members, VolumeId first) {
    snapshots
        .anybody()
        .pin(
            first,
            PinRequest.of(
                unfinished(group),
                new PinPurpose.OfUnfinishedGroup(group, members),
                volumes.execution().now()));
  }

  /** All PINs stand: they stay, and true is returned, unless it was decided otherwise. */
  boolean finish(String group, VolumeId first) {
    boolean stays = decide(group, first, true);
    if (stays) {
      cleanUp(group, first);
    }
    return stays;
  }

  /**
   * Takes what there is of a group back, unless it was decided that it stays. Returns whether it is
   * taken back.
   */
  boolean giveUp(String group, VolumeId first, List<VolumeId> members) {
    boolean stays = decide(group, first, false);
    if (!stays) {
      remove(group, members);
    }
    cleanUp(group, first);
    return !stays;
  }

  /** Takes away those PINs of the group that stand, and sees to it that no other can. */
  void remove(String group, List<VolumeId> members) {
    new Bounded(volumes.execution())
        .map(
            "remove a group",
            members,
            id -> {
              try {
                holds.release(id, group);
                removePins(id, pin -> isOf(group, pin));
              } catch (VolumeMissing gone) {
                return false;
              }
              return true;
            });
  }

  private static boolean isOf(String group, LivePin pin) {
    return PinPurpose.of(pin.purpose()) instanceof PinPurpose.OfGroup of
        && of.group().equals(group);
  }

  /** Whether it stays. Of what was decided and cleaned up before nothing is left to take back. */
  private boolean decide(String group, VolumeId first, boolean finished) {
    Optional<LivePin> unfinished = named(first, unfinished(group));
    if (unfinished.isEmpty()) {
      return outcome(group, first).orElse(!finished);
    }
    try {
      snapshots
          .anybody()
          .pin(
              first,
              new PinRequest(
                  outcome(group),
                  new PinPurpose.OfGroupOutcome(group, finished),
                  unfinished.get().position(),
                  "",
                  volumes.execution().now()));
      return finished;
    } catch (VolumeExists | VolumeMissing decided) {
      return outcome(group, first).orElse(!finished);
    }
  }

  private Optional<Boolean> outcome(String group, VolumeId first) {
    return named(first, outcome(group))
        .map(pin -> PinPurpose.of(pin.purpose()))
        .filter(PinPurpose.OfGroupOutcome.class::isInstance)
        .map(purpose -> ((PinPurpose.OfGroupOutcome) purpose).finished());
  }

  private void cleanUp(String group, VolumeId first) {
    removePins(first, pin -> pin.name().equals(unfinished(group)));
    removePins(first, pin -> pin.name().equals(outcome(group)));
  }

  private static String unfinished(String group) {
    return "group/" + group;
  }

  private static String outcome(String group) {
    return "group/" + group + "/outcome";
  }

  private Optional<LivePin> named(VolumeId id, String name) {
    return pins(id).stream().filter(pin -> pin.name().equals(name)).findFirst();
  }

  private void removePins(VolumeId id, Predicate<LivePin> which) {
    pins(id).stream().filter(which).forEach(pin -> snapshots.anybody().unpin(id, pin.slot()));
  }

  private List<LivePin> pins(VolumeId id) {
    return volumes.find(id).map(volumes::pins).orElse(List.of());
  }
}
