/**
 * Frames of immutable objects kept near: in memory, and in a file on the node's disk. Nothing here
 * can be stale, and losing it is harmless.
 */
@NullMarked
package io.s3shard.cache;

import org.jspecify.annotations.NullMarked;
