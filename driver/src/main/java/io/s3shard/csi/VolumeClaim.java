package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.host.FileSystem;
import io.s3shard.proto.csi.v1.CreateVolumeRequest;
import io.s3shard.proto.csi.v1.VolumeCapability;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.NameHash;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * A volume that somebody asks for.
 *
 * @param leastBytes what its file system needs
 * @param origin what it is a copy of; empty: it begins empty
 */
record VolumeClaim(
    String name,
    Capacity capacity,
    long leastBytes,
    VolumeClass storage,
    Optional<Origin> origin,
    Secrets secrets) {
  /** What can stand in a key and in messages as it is. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private static final long BLOCK_VOLUME_BYTES = 1L << 20;

  /**
   * @param standard the place of volumes whose class names no bucket
   * @throws InvalidRequest with what is allowed
   */
  static VolumeClaim of(CreateVolumeRequest request, StoreLocation standard) {
    String name = Requires.present("name", request.getName());
    Access.wellFormed(request.getVolumeCapabilitiesList());
    request.getVolumeCapabilitiesList().forEach(Access::require);
    VolumeClass storage =
        VolumeClass.of(request.getParametersMap(), request.getMutableParamsMap(), standard);
    return new VolumeClaim(
        name,
        Capacity.of(request.getCapacityRange()),
        least(request.getVolumeCapabilitiesList(), storage),
        storage,
        request.hasVolumeContentSource()
            ? Origin.of(request.getVolumeContentSource())
            : Optional.empty(),
        Secrets.of(request.getSecretsMap()));
  }

  private static long least(List<VolumeCapability> capabilities, VolumeClass storage) {
    return capabilities.stream()
        .mapToLong(
            capability -> capability.hasBlock() ? BLOCK_VOLUME_BYTES : least(capability, storage))
        .max()
        .orElse(BLOCK_VOLUME_BYTES);
  }

  private static long least(VolumeCapability capability, VolumeClass storage) {
    return FileSystem.of(capability.getMount().getFsType())
        .or(storage::fileSystem)
        .orElse(FileSystem.EXT4)
        .smallestBytes();
  }

  /** What the volume is called in the bucket: its name if people can read it there. */
  String volumeName() {
    return PLAIN.matcher(name).matches() ? name : "csi-" + NameHash.of(name);
  }

  /** What the volume remembers, so that the same claim finds it again. */
  SortedMap<String, String> attributes() {
    SortedMap<String, String> all = storage.attributes();
    all.put(PluginAttributes.NAME, name);
    all.put(PluginAttributes.REQUEST, storage.digest());
    origin.ifPresent(source -> all.put(PluginAttributes.SOURCE, source.text()));
    return all;
  }

  /** Why {@code attributes} are of another claim of this name; empty: they are of this one. */
  Optional<String> difference(SortedMap<String, String> attributes) {
    if (!name.equals(attributes.get(PluginAttributes.NAME))) {
      return Optional.of("was not made by this plugin");
    }
    if (!storage.digest().equals(attributes.get(PluginAttributes.REQUEST))) {
      return Optional.of("has other parameters");
    }
    String source = attributes.getOrDefault(PluginAttributes.SOURCE, "");
    return source.equals(origin.map(Origin::text).orElse(""))
        ? Optional.empty()
        : Optional.of(source.isEmpty() ? "is no copy" : "is a copy of " + source);
  }
}
