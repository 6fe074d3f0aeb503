package io.s3shard.csi;

import io.s3shard.proto.v1.StoreLocation;
import java.util.Optional;

/** Where the buckets of volumes are, by the hash in a volume's id. */
public interface Stores {
  /** Empty: no volume of this driver is there. Waits for the bucket the first time only. */
  Optional<StoreLocation> find(String hash);
}
