package io.s3shard.store.s3;

import io.s3shard.error.InvalidRequest;
import java.util.Optional;

/** Keys of one user of a bucket. {@code sessionToken}: of keys that end by themselves. */
public record AccessKeys(
    String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
  public AccessKeys {
    if (accessKeyId.isBlank() || secretAccessKey.isBlank()) {
      throw new InvalidRequest("access key id and secret access key belong together: give both");
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "keys of " + accessKeyId;
  }
}
