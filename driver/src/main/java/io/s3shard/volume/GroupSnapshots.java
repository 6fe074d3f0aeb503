package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Group snapshots: taken, found by their id, and removed. Each member is a snapshot like any other,
 * and can be cloned, read and removed by itself.
 */
public final class GroupSnapshots {
  /** How often somebody else may get in between: an owner whose writers wait, another group. */
  private static final int TRIES = 8;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);

  private final Snapshots snapshots;
  private final Volumes volumes;
  private final Execution execution;
  private final Holds holds;
  private final GroupOutcomes outcomes;

  public GroupSnapshots(Snapshots snapshots) {
    this.snapshots = snapshots;
    this.volumes = snapshots.volumes();
    this.execution = volumes.execution();
    this.holds = new Holds(snapshots);
    this.outcomes = new GroupOutcomes(snapshots, holds);
  }

  /**
   * Takes a snapshot called {@code name} of each of the volumes. Asked again, also after whoever
   * was asked first has died, it answers with the group that is there.
   *
   * @throws InvalidRequest if the name can't be a snapshot's, or the volumes are none or too many
   * @throws VolumeExists if one of them has a snapshot of this name that is not of this group
   * @throws VolumeMissing if one of them is not there, or deleted
   * @throws VolumeBusy if their owners could not be held: none of them has a snapshot then
   */
  public GroupSnapshot create(Collection<VolumeId> of, String name) {
    SnapshotNames.check(name);
    List<VolumeId> members = List.copyOf(new TreeSet<>(of));
    if (members.isEmpty() || members.size() > GroupSnapshot.MAX_MEMBERS) {
      throw new InvalidRequest(
          "a group snapshot is of 1 to "
              + GroupSnapshot.MAX_MEMBERS
              + " volumes, not of "
              + members.size());
    }
    for (int i = 1; ; i++) {
      List<Looked> looked = look(members);
      requireThere(members, looked);
      Optional<GroupSnapshot> there = finished(looked, name);
      if (there.isPresent()) {
        return there.get();
      }
      holds.awaitNone(members);
      List<Volume> volumesNow = looked.stream().map(Looked::volume).toList();
      try {
        return new GroupAttempt(snapshots, holds, outcomes, volumesNow, name).take();
      } catch (VolumeBusy overtaken) {
        if (i == TRIES) {
          throw new VolumeBusy(
              "the volumes could not be held all at once in "
                  + TRIES
                  + " tries: try again, or when less is written to them; last: "
                  + overtaken.getMessage(),
              overtaken);
        }
        execution.sleep(BETWEEN_TRIES.plusMillis(execution.random(BETWEEN_TRIES.toMillis())));
      }
    }
  }

  /**
   * The group of this id among the snapshots of these volumes, if all of its members are there.
   * Volumes that are not there are passed over.
   */
  public Optional<GroupSnapshot> find(String id, Collection<VolumeId> among) {
    List<Looked> looked = look(List.copyOf(new TreeSet<>(among)));
    List<Snapshot> members = looked.stream().flatMap(one -> one.of(id).stream()).toList();
    return members.stream()
        .findFirst()
        .filter(first -> group(first).members() == members.size() && takenAt(looked, id).isEmpty())
        .map(first -> new GroupSnapshot(id, first.name(), members));
  }

  /**
   * Removes those of the group's members that are still there. What they alone have kept is still
   * there: a sweep takes it away.
   */
  public void remove(String id, Collection<VolumeId> among) {
    outcomes.remove(id, List.copyOf(new TreeSet<>(among)));
  }

  /**
   * What becomes of a group whose taker has died: it stays if all of it is there.
   *
   * @param first whose log says that it is unfinished
   * @param among all volumes that may be members
   */
  void settle(PinPurpose.OfUnfinishedGroup group, VolumeId first, List<VolumeId> among) {
    String id = group.group();
    long there = look(among).stream().filter(one -> one.of(id).isPresent()).count();
    if (there == group.members()) {
      outcomes.finish(id, first);
    } else {
      outcomes.giveUp(id, first, among);
    }
  }

  /** A volume, and its pins. */
  private record Looked(Volume volume, List<Snapshot> pins) {
    Optional<Snapshot> named(String name) {
      return pins.stream().filter(pin -> pin.name().equals(name)).findFirst();
    }

    Optional<Snapshot> of(String group) {
      return pins.stream()
          .filter(pin -> pin.purpose() instanceof PinPurpose.OfGroup g && g.group().equals(group))
          .findFirst();
    }

    boolean isBeingTaken(String group) {
      return pins.stream()
          .anyMatch(pin ->
              pin.purpose() instanceof PinPurpose.OfUnfinishedGroup g && g.group().equals(group));
    }
  }

  private List<Looked> look(List<VolumeId> members) {
    return new Bounded(execution)
        .map("look at a group", members, volumes::find).stream()
            .flatMap(Optional::stream)
            .map(volume -> new Looked(volume, pins(volume)))
            .toList();
  }

  private List<Snapshot> pins(Volume volume) {
    return volumes.pins(volume).stream()
        .map(pin -> new Snapshot(volume.id(), volume.reference(), pin))
        .toList();
  }

  /** The group, if it is there as a whole; what a dead taker left of it is taken away. */
  private Optional<GroupSnapshot> finished(List<Looked> looked, String name) {
    for (Looked one : looked) {
      Optional<Snapshot> there = one.named(name);
      if (there.isPresent()) {
        Optional<GroupSnapshot> whole = whole(looked, there.get());
        if (whole.isPresent()) {
          return whole;
        }
        giveUp(looked, there.get());
      }
    }
    return Optional.empty();
  }

  private Optional<GroupSnapshot> whole(List<Looked> looked, Snapshot one) {
    if (!(one.purpose() instanceof PinPurpose.OfGroup group)) {
      return Optional.empty();
    }
    List<Snapshot> members =
        looked.stream().flatMap(other -> other.of(group.group()).stream()).toList();
    if (members.size() != looked.size() || members.size() != group.members()) {
      return Optional.empty();
    }
    return takenAt(looked, group.group())
            .filter(first -> !outcomes.finish(group.group(), first))
            .isPresent()
        ? Optional.empty()
        : Optional.of(new GroupSnapshot(group.group(), one.name(), members));
  }

  /** The volume whose log says that the group is not finished; empty: none does. */
  private static Optional<VolumeId> takenAt(List<Looked> looked, String group) {
    return looked.stream()
        .filter(one -> one.isBeingTaken(group))
        .map(one -> one.volume().id())
        .findFirst();
  }

  /**
   * @throws VolumeExists unless it is of a group whose taker did not finish it
   */
  private void giveUp(List<Looked> looked, Snapshot there) {
    Optional<VolumeId> first =
        there.purpose() instanceof PinPurpose.OfGroup group
            ? takenAt(looked, group.group())
            : Optional.empty();
    if (first.isEmpty()) {
      throw new VolumeExists(
          "\""
              + there.volumeName()
              + "\" has a snapshot \""
              + there.name()
              + "\": choose another name, or remove it with 's3shard snapshot rm'");
    }
    outcomes.giveUp(
        group(there).group(), first.get(), looked.stream().map(one -> one.volume().id()).toList());
  }

  private void requireThere(List<VolumeId> members, List<Looked> looked) {
    List<VolumeId> missing = new ArrayList<>(members);
    looked.stream()
        .filter(one -> !one.volume().state().retired())
        .forEach(one -> missing.remove(one.volume().id()));
    if (!missing.isEmpty()) {
      throw volumes.missing(missing.getFirst().value());
    }
  }

  private static PinPurpose.OfGroup group(Snapshot member) {
    return (PinPurpose.OfGroup) member.purpose();
  }
}
