package io.s3shard.log;

import io.s3shard.format.ObjectRef;

/**
 * The root of a chunk map, and the last slot whose COMMIT it covers: replay is {@code covers + 1}
 * to the tail.
 */
public record Checkpoint(ObjectRef root, long covers) {
  public Checkpoint {
    if (root.kind() != ObjectRef.Kind.MAP || covers < 0) {
      throw new IllegalArgumentException("checkpoint " + root + " that covers " + covers);
    }
  }
}
