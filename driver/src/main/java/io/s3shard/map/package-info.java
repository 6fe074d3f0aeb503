/**
 * Where the blocks of an image lie: root, pages, delta pages, and the tail index of what was
 * committed since the checkpoint (RFC 0001 §4). Pure data structures: no I/O, no locks,
 * deterministic. Who uses a {@link io.s3shard.map.ChunkMap} holds its image's lock.
 */
@NullMarked
package io.s3shard.map;

import org.jspecify.annotations.NullMarked;
