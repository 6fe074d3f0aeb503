package io.s3shard.log;

import java.util.Optional;

/** Becoming the owner of a volume. */
public final class Opening {
  private final VolumeLog log;

  public Opening(VolumeLog log) {
    this.log = log;
  }

  /**
   * Appends OPEN and confirms it. Empty if another epoch than {@code presumedEpoch} (0: none) is open, or was before the OPEN
   * landed: the caller loads and looks again. {@code writer} has a new id for every call.
   *
   * @throws io.s3shard.error.VolumeBusy if the volume is deleted, or the node is not attached for writing and must be
   */
  public Optional<OwnedLog> open(Writer writer, long presumedEpoch, boolean takesOver, OwnerSettings settings) {
    throw new UnsupportedOperationException(log + " " + settings);
  }
}
