package io.s3shard.image;

import io.s3shard.map.Upkeep;

/**
 * The upkeep that one checkpoint does, and where it looks for chunks that the tail does not touch:
 * from {@code firstChunk} up to {@code endChunk}, in so many pages at most. {@code canBeGivenUp}:
 * it is for upkeep only, so nothing is lost if it is broken off.
 */
record UpkeepPlan(
    Upkeep upkeep, long firstChunk, long endChunk, int pagesMost, boolean canBeGivenUp) {}
