/**
 * Files in the kernel's eyes: a FUSE session of our own around jnr-fuse's callbacks, which delegate
 * to images and map errors to errno. The only user of jnr-fuse.
 */
@NullMarked
package io.s3shard.fuse;

import org.jspecify.annotations.NullMarked;
