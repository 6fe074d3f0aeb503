package io.s3shard.log;

import io.s3shard.format.VolumeId;

/**
 * What a volume is a clone of: the state of {@code volume} at slot {@code position}, protected by
 * the PIN in slot {@code pin}. {@code sourceAncestors}: how many ancestors that volume has itself;
 * 0: it is no clone.
 */
public record CloneSource(VolumeId volume, long position, long pin, int sourceAncestors) {
  /** The most that a volume may have: what a table of volumes in a message can hold. */
  public static final int MAX_ANCESTORS = 255;

  public CloneSource {
    Checks.atLeast(0, sourceAncestors, "ancestors of the source");
    if (position < 1 || pin < 1) {
      throw new IllegalArgumentException("clone of " + volume + " at " + position + ", pin " + pin);
    }
  }

  /** How many ancestors the clone has, its source included. */
  public int ancestors() {
    return sourceAncestors + 1;
  }
}
