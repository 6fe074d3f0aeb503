/** Sizes and durations as people write and read them. */
@NullMarked
package io.s3shard.units;

import org.jspecify.annotations.NullMarked;
