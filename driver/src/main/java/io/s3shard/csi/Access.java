package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.host.FileSystem;
import io.s3shard.log.AttachMode;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.csi.v1.VolumeCapability.AccessMode.Mode;
import java.util.List;
import java.util.Optional;

/** In which ways a volume can be used. */
final class Access {
  private Access() {}

  /** Why a volume can't be used so; empty: it can. The capability has a type and a mode. */
  static Optional<String> whyNot(VolumeCapability capability) {
    Mode mode = capability.getAccessMode().getMode();
    if (mode == Mode.MULTI_NODE_MULTI_WRITER || mode == Mode.MULTI_NODE_SINGLE_WRITER) {
      return Optional.of(
          "access mode "
              + mode
              + " is not supported: choose ReadWriteOnce, ReadWriteOncePod or ReadOnlyMany");
    }
    String type = capability.getMount().getFsType();
    if (!type.isEmpty() && FileSystem.of(type).isEmpty()) {
      return Optional.of("fs_type \"" + type + "\" is not known: choose " + FileSystem.choices());
    }
    return Optional.empty();
  }

  /**
   * @throws InvalidRequest unless it is well formed and supported
   */
  static void require(VolumeCapability capability) {
    Requires.capability(capability);
    whyNot(capability)
        .ifPresent(why -> {
          throw new InvalidRequest(why);
        });
  }

  /**
   * @throws InvalidRequest unless there is one, and all are well formed
   */
  static void wellFormed(List<VolumeCapability> capabilities) {
    if (capabilities.isEmpty()) {
      throw new InvalidRequest("volume_capabilities are missing");
    }
    capabilities.forEach(Requires::capability);
  }

  static boolean isReader(Mode mode) {
    return mode == Mode.SINGLE_NODE_READER_ONLY || mode == Mode.MULTI_NODE_READER_ONLY;
  }

  /**
   * What a node is attached for. A volume that one node only is to read is still that node's alone.
   */
  static AttachMode attachMode(VolumeCapability capability, boolean readOnly) {
    return readOnly || isReader(capability.getAccessMode().getMode())
        ? AttachMode.READ_ONLY
        : AttachMode.SINGLE_WRITER;
  }
}
