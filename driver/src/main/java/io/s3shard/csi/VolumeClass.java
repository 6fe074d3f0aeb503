package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.host.FileSystem;
import io.s3shard.proto.v1.Addressing;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.NameHash;
import io.s3shard.volume.VolumeLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a storage class, and a volume attributes class over it, say of a volume that is to be made.
 *
 * @param place where its objects will be
 * @param chunkSizeBytes empty: the default, or the source's
 * @param fileSystem empty: none is chosen
 * @param digest the same for the same wishes
 */
record VolumeClass(
    StoreLocation place,
    Optional<Integer> chunkSizeBytes,
    Optional<FileSystem> fileSystem,
    boolean encrypted,
    Tuning tuning,
    String digest) {
  static final String BUCKET = "bucket";
  static final String PREFIX = "prefix";
  static final String ENDPOINT = "endpoint";
  static final String REGION = "region";
  static final String ADDRESSING = "addressing";
  static final String CA_BUNDLE = "caBundle";
  static final String CHUNK_SIZE = "chunkSize";

  private static final List<String> OF_THE_PLACE =
      List.of(BUCKET, PREFIX, ENDPOINT, REGION, ADDRESSING, CA_BUNDLE);

  /** In the order in which messages and pages list them. */
  static final List<String> KEYS = keys();

  private static final SortedMap<String, Addressing> ADDRESSINGS =
      new TreeMap<>(Map.of("path", Addressing.PATH, "host", Addressing.HOST));
  private static final SortedMap<String, Boolean> ENCRYPTIONS =
      new TreeMap<>(Map.of("luks2", true, "none", false));

  private static List<String> keys() {
    List<String> keys = new ArrayList<>(OF_THE_PLACE);
    keys.addAll(List.of(CHUNK_SIZE, VolumeContext.FS_TYPE, VolumeContext.ENCRYPTION));
    keys.addAll(Tuning.KEYS);
    return keys;
  }

  /**
   * @param standard the place of volumes whose class names no bucket
   * @throws InvalidRequest with what is allowed
   */
  static VolumeClass of(
      Map<String, String> parameters, Map<String, String> mutable, StoreLocation standard) {
    Parameters fixed = Parameters.of("parameters", parameters, KEYS);
    Parameters changeable = Parameters.of("mutable_parameters", mutable, Tuning.KEYS);
    return new VolumeClass(
        place(fixed, standard),
        fixed.size(CHUNK_SIZE).map(VolumeClass::chunkSize),
        fixed.choice(VolumeContext.FS_TYPE, FILE_SYSTEMS),
        fixed.choice(VolumeContext.ENCRYPTION, ENCRYPTIONS).orElse(false),
        Tuning.of(changeable).over(Tuning.of(fixed)),
        NameHash.of(fixed.all() + " " + changeable.all()));
  }

  private static final SortedMap<String, FileSystem> FILE_SYSTEMS = fileSystems();

  private static SortedMap<String, FileSystem> fileSystems() {
    SortedMap<String, FileSystem> all = new TreeMap<>();
    for (FileSystem one : FileSystem.values()) {
      all.put(one.type(), one);
    }
    return all;
  }

  private static int chunkSize(long bytes) {
    VolumeLimits.checkChunkSize(bytes);
    return (int) bytes;
  }

  private static StoreLocation place(Parameters given, StoreLocation standard) {
    Optional<String> bucket = given.text(BUCKET);
    if (bucket.isEmpty()) {
      Optional<String> useless =
          OF_THE_PLACE.stream().filter(k -> given.text(k).isPresent()).findFirst();
      useless.ifPresent(key -> {
        throw new InvalidRequest(
            "parameters " + key + " is given without " + BUCKET + ": give both");
      });
      return standard;
    }
    return StoreLocation.newBuilder()
        .setBucket(bucket.get())
        .setPrefix(given.text(PREFIX).orElse("").replaceAll("^/+|/+$", ""))
        .setEndpoint(given.text(ENDPOINT).orElse(standard.getEndpoint()))
        .setRegion(given.text(REGION).orElse(standard.getRegion()))
        .setAddressing(given.choice(ADDRESSING, ADDRESSINGS).orElse(standard.getAddressing()))
        .setCaBundlePem(given.text(CA_BUNDLE).orElse(standard.getCaBundlePem()))
        .build();
  }

  /** What a volume of this class remembers of it. */
  SortedMap<String, String> attributes() {
    SortedMap<String, String> all = tuning.attributes();
    fileSystem.ifPresent(kind -> all.put(PluginAttributes.FS_TYPE, kind.type()));
    if (encrypted) {
      all.put(PluginAttributes.ENCRYPTION, "luks2");
    }
    return all;
  }
}
