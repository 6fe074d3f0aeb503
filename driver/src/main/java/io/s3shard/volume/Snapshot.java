package io.s3shard.volume;

import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import java.time.Instant;

/**
 * A named state of a volume that stays readable until it is removed. {@code volumeName}: what the
 * volume was called when it was looked at; of one that is deleted its id.
 */
public record Snapshot(VolumeId volume, String volumeName, LivePin pin) {
  public String name() {
    return pin.name();
  }

  /** The size of the image in it. */
  public long sizeBytes() {
    return pin.sizeBytes();
  }

  public PinPurpose purpose() {
    return PinPurpose.of(pin.purpose());
  }

  public Instant created() {
    return Instant.ofEpochMilli(pin.createdUnixMillis());
  }

  /** As commands write it: {@code fs.img@monday}. */
  public String path() {
    return volumeName + "@" + name();
  }
}
