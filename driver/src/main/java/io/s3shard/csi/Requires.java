package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeMissing;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.rpc.Refused;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What requests must have, and how large it may be. The messages say which field. */
public final class Requires {
  /**
   * Bytes of a string, of a map, of all mount flags, of a path: the specification's, and Linux's.
   */
  private static final int MAX_STRING = 128;

  private static final int MAX_NODE = 256;
  private static final int MAX_MAP = 4096;
  private static final int MAX_PATH = 4095;

  private Requires() {}

  public static String present(String field, String value) {
    return present(field, value, MAX_STRING);
  }

  /** A node's id may be longer than others. */
  public static String node(String value) {
    return present("node_id", value, MAX_NODE);
  }

  private static String present(String field, String value, int maxBytes) {
    if (value.isEmpty()) {
      throw new InvalidRequest(field + " is missing");
    }
    return optional(field, value, maxBytes);
  }

  /** What may be left out. */
  public static String optional(String field, String value) {
    return optional(field, value, MAX_STRING);
  }

  private static String optional(String field, String value, int maxBytes) {
    if (bytes(value) > maxBytes) {
      throw new InvalidRequest(field + " is longer than " + maxBytes + " bytes");
    }
    if (value
        .chars()
        .anyMatch(c -> Character.isISOControl(c) && c != '\t' && c != '\n' && c != '\r')) {
      throw new InvalidRequest(field + " has control characters");
    }
    return value;
  }

  /** How many entries a page may have. */
  public static void entries(int max) {
    if (max < 0) {
      throw new InvalidRequest("max_entries is below zero");
    }
  }

  /** A path's presence; whether it can be one is looked at once the volume is known. */
  public static String path(String field, String value) {
    if (value.isEmpty()) {
      throw new InvalidRequest(field + " is missing");
    }
    if (bytes(value) > MAX_PATH || value.indexOf('\0') >= 0) {
      throw new InvalidRequest(field + " can be no path");
    }
    return value;
  }

  /** A path of a volume that exists: absolute, and without a way around. */
  public static Path absolute(String field, String value) {
    try {
      Path path = Path.of(value);
      if (path.isAbsolute() && path.equals(path.normalize())) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new InvalidRequest(field + " can be no path", e);
    }
    throw new InvalidRequest(field + " must be an absolute path without \"..\"");
  }

  public static void small(String field, Map<String, String> map) {
    int total =
        map.entrySet().stream().mapToInt(e -> bytes(e.getKey()) + bytes(e.getValue())).sum();
    if (total > MAX_MAP) {
      throw new InvalidRequest(field + " is larger than " + MAX_MAP + " bytes");
    }
  }

  /** A capability with a kind of access and a mode. */
  public static void capability(VolumeCapability capability) {
    boolean block = capability.hasBlock();
    if (!block && !capability.hasMount()) {
      throw new InvalidRequest("volume_capability has no access_type: block or mount");
    }
    if (!capability.hasAccessMode()
        || capability.getAccessMode().getMode() == VolumeCapability.AccessMode.Mode.UNKNOWN
        || capability.getAccessMode().getMode() == VolumeCapability.AccessMode.Mode.UNRECOGNIZED) {
      throw new InvalidRequest("volume_capability has no access_mode that is known");
    }
    flags(capability.getMount().getMountFlagsList());
  }

  private static void flags(List<String> flags) {
    if (flags.stream().mapToInt(Requires::bytes).sum() > MAX_MAP) {
      throw new InvalidRequest("mount_flags are larger than " + MAX_MAP + " bytes");
    }
  }

  /**
   * @throws VolumeMissing if the id has not our form
   */
  public static VolumeHandle handle(String id) {
    return VolumeHandle.parse(id).orElseThrow(() -> new VolumeMissing("there is no volume " + id));
  }

  /** A capability that this driver can't serve, where the call may say so. */
  public static Refused unsupported(String message) {
    return new Refused(Status.Code.FAILED_PRECONDITION, message);
  }

  private static int bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }
}
