/**
 * This host's block devices, file systems and mounts. The only one to run programs. What is true is
 * read from the kernel each time, never remembered.
 */
@NullMarked
package io.s3shard.host;

import org.jspecify.annotations.NullMarked;
