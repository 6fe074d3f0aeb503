package io.s3shard.map;

import io.s3shard.format.ObjectRef;

/** Names for new map objects. */
@FunctionalInterface
public interface MapNames {
  /** A name of kind {@code MAP} of the volume itself that was never given before. */
  ObjectRef next();
}
