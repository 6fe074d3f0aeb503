package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * What a node must know of a volume beside its id: the part that is ours of {@code volume_context},
 * which the controller writes once, from the storage class, and of {@code publish_context}, which
 * it writes at each attach and which wins. A pre-provisioned volume may have none.
 *
 * @param encrypted whether an empty volume becomes an encrypted one
 * @param fsType of a file system to be made, if the capability names none; may be empty
 * @param commitIntervalMillis 0: the daemon's
 * @param minFlushIntervalMillis how far apart commits for syncs begin at least
 * @param reader the node is attached for reading only
 */
public record VolumeContext(
    boolean encrypted,
    String fsType,
    long commitIntervalMillis,
    long minFlushIntervalMillis,
    boolean reader) {
  /** {@code luks2} or absent. */
  public static final String ENCRYPTION = "encryption";

  public static final String FS_TYPE = "fsType";

  /** Milliseconds. */
  public static final String COMMIT_INTERVAL = "commitIntervalMillis";

  /** Milliseconds. */
  public static final String MIN_FLUSH_INTERVAL = "minFlushIntervalMillis";

  /** {@value #READER} or absent. */
  public static final String ACCESS = "access";

  public static final String READER = "reader";

  /** What is not ours is not looked at: sidecars and Kubernetes add keys. */
  public static VolumeContext of(Map<String, String> context) {
    return of(context, Map.of());
  }

  /** {@code atAttach}: the publish_context. */
  public static VolumeContext of(Map<String, String> always, Map<String, String> atAttach) {
    Map<String, String> context = new HashMap<>(always);
    context.putAll(atAttach);
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
        millis(context, COMMIT_INTERVAL),
        millis(context, MIN_FLUSH_INTERVAL),
        context.getOrDefault(ACCESS, "").equals(READER));
  }

  private static long millis(Map<String, String> context, String key) {
    String text = context.getOrDefault(key, "0");
    if (!text.matches("[0-9]{1,9}")) {
      throw new InvalidRequest("context " + key + " is \"" + text + "\": give milliseconds");
    }
    return Long.parseLong(text);
  }
}
