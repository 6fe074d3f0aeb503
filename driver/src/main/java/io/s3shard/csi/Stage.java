package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.host.FileSystem;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.v1.StoreLocation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a volume is to be staged.
 *
 * @param fileSystem to be made if there is none; empty: it is a raw block volume
 * @param namedFileSystem whether somebody chose it, so that another one would be an error
 */
record Stage(
    VolumeHandle handle,
    Path staging,
    StoreLocation place,
    Optional<FileSystem> fileSystem,
    boolean namedFileSystem,
    List<String> mountFlags,
    boolean readOnly,
    VolumeContext context,
    Secrets secrets) {

  static Stage of(
      VolumeHandle handle,
      Path staging,
      StoreLocation place,
      VolumeCapability capability,
      VolumeContext context,
      Secrets secrets) {
    String asked = capability.getMount().getFsType();
    String type = asked.isEmpty() ? context.fsType() : asked;
    return new Stage(
        handle,
        staging,
        place,
        capability.hasBlock() ? Optional.empty() : Optional.of(fileSystem(type)),
        !type.isEmpty(),
        capability.getMount().getMountFlagsList(),
        context.reader() || Access.isReader(capability.getAccessMode().getMode()),
        context,
        secrets);
  }

  private static FileSystem fileSystem(String type) {
    return type.isEmpty()
        ? FileSystem.EXT4
        : FileSystem.of(type)
            .orElseThrow(() ->
                new InvalidRequest(
                    "fs_type \"" + type + "\" is not known: choose " + FileSystem.choices()));
  }
}
