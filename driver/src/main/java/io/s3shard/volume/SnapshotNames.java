package io.s3shard.volume;

import io.s3shard.error.InvalidRequest;
import io.s3shard.format.Layout;
import java.nio.charset.StandardCharsets;

/**
 * What a snapshot may be called: it is a file below {@code .snapshots/<volume>/} and stands behind
 * an "@" in commands. Other pins have names with a slash, so that none is in the way of the other.
 */
final class SnapshotNames {
  private SnapshotNames() {}

  /**
   * @throws InvalidRequest with what is allowed
   */
  static void check(String name) {
    boolean bad =
        name.isEmpty()
            || name.equals(".")
            || name.equals("..")
            || name.indexOf('/') >= 0
            || name.indexOf('@') >= 0
            || name.indexOf('\0') >= 0
            || !StandardCharsets.UTF_8.newEncoder().canEncode(name);
    if (bad || name.getBytes(StandardCharsets.UTF_8).length > Layout.NAME_MAX_BYTES) {
      throw new InvalidRequest(
          "\""
              + name
              + "\" can't be a snapshot's name: 1 to "
              + Layout.NAME_MAX_BYTES
              + " bytes of UTF-8, no slash, no \"@\", not \".\" or \"..\"");
    }
  }
}
