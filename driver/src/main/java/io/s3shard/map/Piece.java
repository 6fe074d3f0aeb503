package io.s3shard.map;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;

/** A run of blocks that lies together: in one object, or zeros. */
public record Piece(BlockRange range, Extent.Source source) {}
