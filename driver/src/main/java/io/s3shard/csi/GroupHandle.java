package io.s3shard.csi;

import io.s3shard.error.VolumeMissing;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CSI group snapshot id: {@code <hash of the store>-<group>-<hash of the name>}.
 *
 * @param group 16 hexadecimal digits, as the members' pins carry it
 */
record GroupHandle(String store, String group, String nameHash) {
  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{32})");

  /** Empty: no group of ours is called so. */
  static Optional<GroupHandle> parse(String id) {
    Matcher form = FORM.matcher(id);
    return form.matches()
        ? Optional.of(new GroupHandle(form.group(1), form.group(2), form.group(3)))
        : Optional.empty();
  }

  static VolumeMissing missing(String id) {
    return new VolumeMissing("there is no group snapshot " + id);
  }

  @Override
  public String toString() {
    return store + "-" + group + "-" + nameHash;
  }
}
