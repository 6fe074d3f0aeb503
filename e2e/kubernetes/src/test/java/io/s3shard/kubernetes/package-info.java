/** The chart, and the driver in a real cluster. */
@NullMarked
package io.s3shard.kubernetes;

import org.jspecify.annotations.NullMarked;
