package io.s3shard.shardd;

import io.s3shard.proto.shardd.v1.OpenVolumeRequest;

/** How the daemon comes by open volumes. */
public interface VolumeSource {
  /**
   * Opens a volume, or goes on with what a dead process of this host had open. Waits while the
   * bucket is away.
   *
   * @throws io.s3shard.error.VolumeBusy if somebody else has it, or the node is not attached
   */
  OpenedVolume open(OpenVolumeRequest request);
}
