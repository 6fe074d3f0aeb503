package io.s3shard.map;

import io.s3shard.format.Extent;

/**
 * Blocks of one chunk that lie together, in this order: the first at {@code source}, the next
 * behind it; or zeros, without holes.
 */
public record Group(Extent.Source source, BlockNumbers blocks) {}
