package io.s3shard.log;

import io.s3shard.format.VolumeId;

/**
 * What a volume is a clone of: the state of {@code volume} at slot {@code position}, protected by
 * the PIN in slot {@code pin}.
 */
public record CloneSource(VolumeId volume, long position, long pin) {
  public CloneSource {
    if (position < 1 || pin < 1) {
      throw new IllegalArgumentException("clone of " + volume + " at " + position + ", pin " + pin);
    }
  }
}
