package io.s3shard.csi;

import io.s3shard.error.VolumeMissing;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CSI snapshot id: {@code <volume id>-<slot of its PIN>}, the slot in 16 hexadecimal digits.
 *
 * @param pin the slot
 */
record SnapshotHandle(VolumeHandle volume, long pin) {
  private static final Pattern FORM = Pattern.compile("(.{49})-([0-7][0-9a-f]{15})");

  /** Empty: no snapshot of ours is called so. */
  static Optional<SnapshotHandle> parse(String id) {
    Matcher form = FORM.matcher(id);
    return form.matches()
        ? VolumeHandle.parse(form.group(1))
            .map(volume -> new SnapshotHandle(volume, Long.parseLong(form.group(2), 16)))
        : Optional.empty();
  }

  /**
   * @throws VolumeMissing if the id has not our form
   */
  static SnapshotHandle require(String id) {
    return parse(id).orElseThrow(() -> missing(id));
  }

  static VolumeMissing missing(String id) {
    return new VolumeMissing("there is no snapshot " + id);
  }

  @Override
  public String toString() {
    return volume + "-" + String.format("%016x", pin);
  }
}
