/**
 * The heart: a volume is a log, one put-if-absent appends, and what a record does is decided by the
 * log alone (RFC 0001 §2). {@link io.s3shard.log.VolumeState} is the pure fold; {@link
 * io.s3shard.log.VolumeLog} loads and appends as anybody, {@link io.s3shard.log.OwnedLog} as the
 * owner.
 */
@NullMarked
package io.s3shard.log;

import org.jspecify.annotations.NullMarked;
