package io.s3shard.csi;

import io.s3shard.format.VolumeId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CSI volume id: {@code <hash of the store>-<volume's id>}. It leads to the bucket by itself; as
 * a name on the host it is also that of a folder and of an encrypted device.
 */
public record VolumeHandle(String store, VolumeId volume) {
  private static final Pattern FORM = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{32})");

  /** Empty: no volume of ours is called so. */
  public static Optional<VolumeHandle> parse(String id) {
    Matcher form = FORM.matcher(id);
    return form.matches() && VolumeId.isValid(form.group(2))
        ? Optional.of(new VolumeHandle(form.group(1), new VolumeId(form.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return store + "-" + volume;
  }
}
