/**
 * How things are named and encoded in a bucket: ids, keys, runs of blocks, and the one container
 * that every object of ours is. Pure: no I/O, no state.
 */
@NullMarked
package io.s3shard.format;

import org.jspecify.annotations.NullMarked;
