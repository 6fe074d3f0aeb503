package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.HostFailure;
import io.s3shard.error.VolumeMissing;
import io.s3shard.host.FileSystem;
import io.s3shard.host.Host;
import io.s3shard.host.Mount;
import io.s3shard.proto.csi.v1.CapacityRange;
import io.s3shard.rpc.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Grows what a volume is on this host, from below: image, loop device, encryption, file system. */
final class Expander {
  private final Host host;
  private final Shards shards;
  private final Function<VolumeHandle, HostVolume> volumes;
  private final Progress progress;

  Expander(
      Host host, Shards shards, Function<VolumeHandle, HostVolume> volumes, Progress progress) {
    this.host = host;
    this.shards = shards;
    this.volumes = volumes;
    this.progress = progress;
  }

  /**
   * @param path where it is staged or published, as a file system or as a device
   * @return the capacity in bytes
   */
  long expand(VolumeHandle handle, String path, CapacityRange range) {
    HostVolume volume = volumes.apply(handle);
    String loop = volume.loop().orElseThrow(() -> notHere(handle, path));
    Optional<Mount> shown = Places.find(host, volume, path);
    if (shown.isEmpty() && !Places.isStagedDevice(host, path)) {
      throw notHere(handle, path);
    }
    long size = shards.grow(handle, range.getRequiredBytes());
    if (range.getLimitBytes() > 0 && size > range.getLimitBytes()) {
      throw new Refused(
          Status.Code.OUT_OF_RANGE,
          "volume " + handle + " has " + size + " bytes, more than the limit: it never shrinks");
    }
    progress.reached("expand.image");
    look(volume.file());
    host.loops().takeNewSize(loop);
    progress.reached("expand.loop");
    String device = volume.readable(loop);
    if (!device.equals(loop)) {
      host.encryption().grow(device);
    }
    progress.reached("expand.encryption");
    shown
        .filter(mount -> FileSystem.of(mount.type()).isPresent())
        .ifPresent(mount ->
            host.fileSystems()
                .growMounted(FileSystem.of(mount.type()).orElseThrow(), device, mount.place()));
    progress.reached("expand.done");
    return size;
  }

  /** The loop driver believes the size that the kernel has last seen. */
  private static void look(Path file) {
    try {
      Files.size(file);
    } catch (IOException e) {
      throw new HostFailure("can't look at " + file + ": " + e.getMessage(), e);
    }
  }

  private static VolumeMissing notHere(VolumeHandle handle, String path) {
    return new VolumeMissing("volume " + handle + " is not at " + path + " on this node");
  }
}
