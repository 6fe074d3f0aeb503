/**
 * What an administrator does with volumes, by records: claim a prefix, create, find, rename,
 * resize, retire, reap, detach; and the directory of images that a mount shows. Nothing here reads
 * or writes an image's bytes.
 */
@NullMarked
package io.s3shard.volume;

import org.jspecify.annotations.NullMarked;
