package io.s3shard.cli;

import io.s3shard.store.Finding;
import io.s3shard.store.ObjectStore;
import java.util.List;

/**
 * How a command comes by the store of a location, and learns whether volumes can be trusted to it.
 */
interface Stores {
  /** Sends nothing yet. */
  ObjectStore connect(Location location, StoreOptions options);

  /**
   * Tells one prefix from all others, also where two servers have a bucket of the same name, and
   * where a bucket was copied with its volumes' ids.
   */
  String storeTag(Location location, StoreOptions options);

  /** Tries out what volumes rest on, on scratch objects. */
  List<Finding> probe(Location location, StoreOptions options);
}
