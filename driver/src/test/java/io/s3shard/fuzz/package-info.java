/** All that is read from outside, under Jazzer. */
@NullMarked
package io.s3shard.fuzz;

import org.jspecify.annotations.NullMarked;
