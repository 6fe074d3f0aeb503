/**
 * One open volume as a flat range of bytes: dirty data in the arena, commit, read path, checkpoint.
 */
@NullMarked
package io.s3shard.image;

import org.jspecify.annotations.NullMarked;
