/**
 * What can go wrong, classified once, where it arises. The lowest room: it knows nothing of the
 * others.
 */
@NullMarked
package io.s3shard.error;

import org.jspecify.annotations.NullMarked;
