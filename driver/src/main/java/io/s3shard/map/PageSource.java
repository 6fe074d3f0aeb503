package io.s3shard.map;

import io.s3shard.format.ObjectRef;

/**
 * Loads pages while a checkpoint is encoded: one after the other, so that never the whole map is in
 * memory. It may wait.
 */
@FunctionalInterface
public interface PageSource {
  Page load(ObjectRef ref);
}
