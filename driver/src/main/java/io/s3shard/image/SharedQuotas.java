package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;

/**
 * What all images of a process may take together beside arenas and cache: memory for maps, for
 * blocks that are completed at a commit, for what is copied in the background, and how fast that
 * goes.
 */
record SharedQuotas(MapShares maps, MemoryQuota completing, MemoryQuota copying, CopyPace pace) {
  /** Two segments. */
  private static final long COPY_BYTES = 16L << 20;

  static SharedQuotas of(Execution execution, ImageOptions options) {
    return new SharedQuotas(
        new MapShares(options.pageCacheBytes(), options.checkpointExtents()),
        new MemoryQuota(execution, 2L * options.cuts().partialBlocks() * Blocks.SIZE),
        new MemoryQuota(execution, COPY_BYTES),
        new CopyPace(execution, options.upkeep().bytesPerSecond()));
  }
}
