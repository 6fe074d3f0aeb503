package io.s3shard.cli;

import io.s3shard.store.ObjectStore;

/** How a command comes by the store of a location. */
@FunctionalInterface
interface Stores {
  /** Sends nothing yet. */
  ObjectStore connect(Location location, StoreOptions options);
}
