package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.HostFailure;
import io.s3shard.error.VolumeMissing;
import io.s3shard.host.FileSystem;
import io.s3shard.host.Host;
import io.s3shard.host.LoopDevices;
import io.s3shard.host.Mount;
import io.s3shard.host.Usage;
import io.s3shard.proto.csi.v1.NodeGetVolumeStatsResponse;
import io.s3shard.proto.csi.v1.VolumeUsage;
import io.s3shard.rpc.Refused;
import java.util.Optional;
import java.util.function.Function;

/** How full a volume is, or how large, where it is shown. */
final class UsageOfVolume {
  private final Host host;
  private final Function<VolumeHandle, HostVolume> volumes;

  UsageOfVolume(Host host, Function<VolumeHandle, HostVolume> volumes) {
    this.host = host;
    this.volumes = volumes;
  }

  NodeGetVolumeStatsResponse at(VolumeHandle handle, String path) {
    HostVolume volume = volumes.apply(handle);
    Optional<String> device = volume.device();
    Optional<Mount> shown = Places.find(host, volume, path);
    if (device.isEmpty() || shown.isEmpty() && !Places.isStagedDevice(host, path)) {
      throw new VolumeMissing("volume " + handle + " is not at " + path + " on this node");
    }
    boolean mounted = shown.filter(mount -> FileSystem.of(mount.type()).isPresent()).isPresent();
    return mounted ? ofFileSystem(handle, shown.get()) : ofDevice(device.get());
  }

  private NodeGetVolumeStatsResponse ofFileSystem(VolumeHandle handle, Mount mount) {
    Usage usage;
    try {
      usage = host.usage().of(mount.place());
    } catch (HostFailure e) {
      throw new Refused(
          Status.Code.UNAVAILABLE,
          "volume " + handle + " does not answer at " + mount.place() + ": " + e.getMessage());
    }
    NodeGetVolumeStatsResponse.Builder answer =
        NodeGetVolumeStatsResponse.newBuilder()
            .addUsage(
                VolumeUsage.newBuilder()
                    .setUnit(VolumeUsage.Unit.BYTES)
                    .setTotal(usage.totalBytes())
                    .setUsed(usage.usedBytes())
                    .setAvailable(usage.availableBytes()));
    if (usage.inodes() > 0) {
      answer.addUsage(
          VolumeUsage.newBuilder()
              .setUnit(VolumeUsage.Unit.INODES)
              .setTotal(usage.inodes())
              .setUsed(usage.inodes() - usage.freeInodes())
              .setAvailable(usage.freeInodes()));
    }
    return answer.build();
  }

  private static NodeGetVolumeStatsResponse ofDevice(String device) {
    return NodeGetVolumeStatsResponse.newBuilder()
        .addUsage(
            VolumeUsage.newBuilder()
                .setUnit(VolumeUsage.Unit.BYTES)
                .setTotal(LoopDevices.sizeBytes(device)))
        .build();
  }
}
