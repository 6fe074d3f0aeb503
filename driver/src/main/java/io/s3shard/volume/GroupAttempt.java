package io.s3shard.volume;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeBusy;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import java.util.HexFormat;
import java.util.List;

/**
 * One try to take a group snapshot (DESIGN §3): a HOLD on each volume, then a PIN on each that
 * stands only while that HOLD is in force. A write that depends on one that was durable elsewhere
 * comes after all HOLDs, or before the PINs of both. If anything goes wrong what was done is taken
 * back; if the taker dies, by whoever finds it.
 */
final class GroupAttempt {
  private final Snapshots snapshots;
  private final Holds holds;
  private final Execution execution;
  private final GroupOutcomes outcomes;
  private final List<Volume> members;
  private final String name;
  private final String group;

  /** {@code members}: sorted by id. */
  GroupAttempt(
      Snapshots snapshots, Holds holds, GroupOutcomes outcomes, List<Volume> members, String name) {
    this.snapshots = snapshots;
    this.holds = holds;
    this.outcomes = outcomes;
    this.execution = snapshots.volumes().execution();
    this.members = members;
    this.name = name;
    this.group = HexFormat.of().formatHex(execution.randomBytes(8));
  }

  /**
   * @throws VolumeBusy if a HOLD was refused or ended too early; as {@link PinRequest#record}
   */
  GroupSnapshot take() {
    VolumeId first = members.getFirst().id();
    outcomes.begin(group, members.size(), first);
    try {
      Bounded bounded = new Bounded(execution);
      bounded.map("hold", members, this::hold);
      List<Snapshot> pinned = bounded.map("pin", members, this::pin);
      if (!outcomes.finish(group, first)) {
        throw new VolumeBusy("the group snapshot \"" + name + "\" was given up by somebody else");
      }
      return new GroupSnapshot(group, name, pinned);
    } catch (S3ShardException e) {
      takeBack(e);
      throw e;
    }
  }

  private boolean hold(Volume member) {
    holds.hold(member, group);
    return true;
  }

  private Snapshot pin(Volume member) {
    PinRequest request =
        new PinRequest(
            name, new PinPurpose.OfGroup(group, members.size()), 0, group, execution.now());
    return snapshots.anybody().pin(member.id(), request);
  }

  private void takeBack(S3ShardException because) {
    try {
      List<VolumeId> all = members.stream().map(Volume::id).toList();
      outcomes.giveUp(group, all.getFirst(), all);
    } catch (S3ShardException left) {
      because.addSuppressed(left);
    }
  }
}
