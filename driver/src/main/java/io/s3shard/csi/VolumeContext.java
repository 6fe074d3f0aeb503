package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import java.util.Map;

/**
 * What a node must know of a volume beside its id: the part of {@code volume_context} that is ours.
 * The controller writes it once, from the storage class; a pre-provisioned volume may have none.
 *
 * @param encrypted whether an empty volume becomes an encrypted one
 * @param fsType of a file system to be made, if the capability names none; may be empty
 * @param commitIntervalMillis 0: the daemon's
 */
public record VolumeContext(boolean encrypted, String fsType, long commitIntervalMillis) {
  /** {@code luks2} or absent. */
  public static final String ENCRYPTION = "encryption";

  public static final String FS_TYPE = "fsType";

  /** Milliseconds. */
  public static final String COMMIT_INTERVAL = "commitIntervalMillis";

  /** What is not ours is not looked at: sidecars and Kubernetes add keys. */
  public static VolumeContext of(Map<String, String> context) {
    String encryption = context.getOrDefault(ENCRYPTION, "");
    if (!encryption.isEmpty() && !encryption.equals("luks2")) {
      throw new InvalidRequest(
          "volume_context "
              + ENCRYPTION
              + " is \""
              + encryption
              + "\": it can be luks2, or be left out");
    }
    return new VolumeContext(
        !encryption.isEmpty(),
        context.getOrDefault(FS_TYPE, ""),
        millis(context.getOrDefault(COMMIT_INTERVAL, "0")));
  }

  private static long millis(String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new InvalidRequest(
          "volume_context " + COMMIT_INTERVAL + " is \"" + text + "\": give milliseconds");
    }
    return Long.parseLong(text);
  }
}
