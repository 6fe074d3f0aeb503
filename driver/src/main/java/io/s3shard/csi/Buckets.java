package io.s3shard.csi;

import io.s3shard.proto.shardd.v1.Credentials;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.volume.Volumes;
import java.util.function.Function;

/** The buckets that volumes lie in, by whoever may use them. */
public interface Buckets {
  /** Runs {@code body} with the volumes of a place that is known to hold some. */
  <T> T in(StoreLocation place, Credentials credentials, Function<Volumes, T> body);

  /**
   * The same for a place that may be new: then it is tried out first, and marked as ours.
   *
   * @throws io.s3shard.error.StoreRefused if it can't hold volumes, or holds other things
   */
  <T> T enter(StoreLocation place, Credentials credentials, Function<Volumes, T> body);
}
