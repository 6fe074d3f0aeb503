package io.s3shard.volume;

import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.log.AttachMode;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which nodes may open a volume. ATTACH says who may; DETACH fences at once, whether the node lives
 * or not: what it had not synced is lost.
 */
public final class Attachments {
  private final Volumes volumes;

  public Attachments(Volumes volumes) {
    this.volumes = volumes;
  }

  /**
   * Lets {@code node} open the volume. Attached in this way already: nothing is appended.
   *
   * @throws VolumeMissing if it is deleted
   * @throws VolumeExists if the node has it in another mode
   * @throws io.s3shard.error.VolumeBusy naming the node that has it
   */
  public void attach(VolumeId id, String node, AttachMode mode) {
    volumes
        .log(id)
        .appendUnless(
            state -> {
              refuse(state, id, node, mode);
              return state.attachments().get(node) == mode
                  ? Optional.empty()
                  : Optional.of(new LogRecord.Attach(node, mode));
            },
            (state, _) -> state.attachments().get(node) == mode);
  }

  /** What has an answer of its own; other nodes are a rule of the log. */
  private static void refuse(VolumeState state, VolumeId id, String node, AttachMode mode) {
    if (state.retired()) {
      throw new VolumeMissing("volume " + id + " is deleted");
    }
    AttachMode present = state.attachments().get(node);
    if (present != null && present != mode) {
      throw new VolumeExists(
          "volume "
              + id
              + " is attached to node "
              + node
              + " "
              + text(present)
              + ": detach it first");
    }
  }

  private static String text(AttachMode mode) {
    return switch (mode) {
      case SINGLE_WRITER -> "as the only writer";
      case READ_ONLY -> "for reading";
    };
  }

  /**
   * Takes the volume away from {@code node}: when this returns, the node can commit no more. It may
   * have had it or not; there may be no such volume.
   */
  public void detach(VolumeId id, String node) {
    try {
      volumes
          .log(id)
          .appendUnless(
              state ->
                  has(state, node) ? Optional.of(new LogRecord.Detach(node)) : Optional.empty(),
              (state, _) -> !has(state, node));
    } catch (VolumeMissing gone) {
      // nobody can have it
      return;
    }
  }

  /** Takes it away from all nodes; which these were. */
  public TreeSet<String> detachAll(VolumeId id) {
    TreeSet<String> nodes =
        volumes
            .find(id)
            .map(volume -> {
              TreeSet<String> all = new TreeSet<>(volume.state().attachments().keySet());
              volume.state().ownerNode().ifPresent(all::add);
              return all;
            })
            .orElseGet(TreeSet::new);
    nodes.forEach(node -> detach(id, node));
    return nodes;
  }

  private static boolean has(VolumeState state, String node) {
    return state.attachments().containsKey(node) || state.ownerNode().equals(Optional.of(node));
  }
}
