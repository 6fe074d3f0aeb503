/**
 * Carries images out of a bucket, to files, block devices and pipes, and in. Holes stay holes. May
 * be used by: cli.
 */
@NullMarked
package io.s3shard.transfer;

import org.jspecify.annotations.NullMarked;
