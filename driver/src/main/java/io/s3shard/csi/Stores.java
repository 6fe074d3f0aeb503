package io.s3shard.csi;

import io.s3shard.error.VolumeMissing;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.DriverHome;
import java.util.Optional;

/** Where the buckets of volumes are, by the hash in a volume's id. */
public interface Stores {
  /** Empty: no volume of this driver is there. Waits for the bucket the first time only. */
  Optional<StoreLocation> find(String hash);

  /**
   * Makes a place known before its first volume. Waits for the bucket the first time only.
   *
   * @throws io.s3shard.error.InvalidRequest if it is known with other settings
   */
  void register(StoreLocation place);

  /** What volumes there have at the beginning of their ids. */
  default String hash(StoreLocation place) {
    return DriverHome.hash(place);
  }

  /**
   * @throws VolumeMissing if no volume can be called so
   */
  default StoreLocation require(VolumeHandle handle) {
    return find(handle.store())
        .orElseThrow(() -> new VolumeMissing("there is no volume " + handle));
  }
}
