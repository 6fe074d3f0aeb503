/** Calls of the kernel on files that Java does not have. */
@NullMarked
package io.s3shard.kernel;

import org.jspecify.annotations.NullMarked;
