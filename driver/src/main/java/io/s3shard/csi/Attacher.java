package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.log.AttachMode;
import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.rpc.Refused;
import io.s3shard.volume.AttachmentHints;
import io.s3shard.volume.Attachments;
import io.s3shard.volume.DriverHome;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nodes open volumes, and takes volumes away from them. Nothing tells a forced detach from
 * another, so each one fences.
 */
final class Attacher {
  private static final Logger LOG = LoggerFactory.getLogger(Attacher.class);

  private final DriverHome home;
  private final Stores stores;
  private final Buckets buckets;
  private final AttachmentHints hints;

  Attacher(DriverHome home, Stores stores, Buckets buckets) {
    this.home = home;
    this.stores = stores;
    this.buckets = buckets;
    this.hints = home.attachments();
  }

  /**
   * The publish_context, after the node may open the volume.
   *
   * @throws VolumeMissing if there is no such volume or node
   * @throws VolumeBusy naming the node that has it
   * @throws Refused RESOURCE_EXHAUSTED if the node has as many as it can
   */
  Map<String, String> publish(VolumeHandle handle, String node, AttachMode mode, Secrets secrets) {
    return buckets.in(
        stores.require(handle),
        secrets.credentials(),
        volumes -> {
          Volume volume = Provisioner.live(volumes, handle);
          NodeEntry entry = home.node(node).orElseThrow(() -> unknown(node));
          if (volume.state().attachments().get(node) != mode) {
            attach(volumes, handle, entry, mode);
          }
          return context(volume, mode);
        });
  }

  private static VolumeMissing unknown(String node) {
    return new VolumeMissing(
        "there is no node " + node + ": 's3shard node' makes itself known when it starts");
  }

  private void attach(Volumes volumes, VolumeHandle handle, NodeEntry node, AttachMode mode) {
    boolean added = hints.add(node.getNodeId(), handle.toString());
    try {
      refuseTooMany(node, handle);
      new Attachments(volumes).attach(handle.volume(), node.getNodeId(), mode);
    } catch (VolumeBusy | Refused e) {
      if (added) {
        hints.remove(node.getNodeId(), handle.toString());
      }
      throw e;
    }
  }

  private void refuseTooMany(NodeEntry node, VolumeHandle handle) {
    int most = node.getMaxVolumes();
    if (most == 0) {
      return;
    }
    List<String> there = hints.of(node.getNodeId());
    if (there.size() > most
        && there.stream().filter(hint -> holds(node.getNodeId(), hint, handle)).count() > most) {
      throw new Refused(
          Status.Code.RESOURCE_EXHAUSTED,
          "node "
              + node.getNodeId()
              + " has "
              + most
              + " volumes, the most it can: detach one, or raise --max-volumes there");
    }
  }

  /** Whether a hint is true; one that a crash has left is removed. */
  private boolean holds(String node, String hint, VolumeHandle wanted) {
    Optional<VolumeHandle> handle = VolumeHandle.parse(hint);
    if (handle.isEmpty() || handle.get().equals(wanted)) {
      return handle.isPresent();
    }
    boolean attached =
        stores
            .find(handle.get().store())
            .map(place ->
                buckets.in(
                    place,
                    Secrets.NONE.credentials(),
                    volumes -> isAttached(volumes, handle.get(), node)))
            .orElse(false);
    if (!attached) {
      LOG.info("volume {} is not attached to node {} any more", hint, node);
      hints.remove(node, hint);
    }
    return attached;
  }

  private static boolean isAttached(Volumes volumes, VolumeHandle handle, String node) {
    return volumes
        .find(handle.volume())
        .filter(volume -> volume.state().attachments().containsKey(node))
        .isPresent();
  }

  private static SortedMap<String, String> context(Volume volume, AttachMode mode) {
    SortedMap<String, String> context =
        new TreeMap<>(Tuning.ofAttributes(volume.state().attributes()).given());
    if (mode == AttachMode.READ_ONLY) {
      context.put(VolumeContext.ACCESS, VolumeContext.READER);
    }
    return context;
  }

  /**
   * When this returns, the node can commit no more. It may have had the volume or not; neither need
   * exist.
   *
   * @param node empty: all nodes
   */
  void unpublish(VolumeHandle handle, String node, Secrets secrets) {
    stores
        .find(handle.store())
        .ifPresent(place ->
            buckets.in(
                place,
                secrets.credentials(),
                volumes -> {
                  detach(new Attachments(volumes), handle, node);
                  return true;
                }));
  }

  private void detach(Attachments attachments, VolumeHandle handle, String node) {
    if (node.isEmpty()) {
      attachments.detachAll(handle.volume()).forEach(one -> hints.remove(one, handle.toString()));
    } else {
      attachments.detach(handle.volume(), node);
      hints.remove(node, handle.toString());
    }
  }
}
