/**
 * Immutable objects in a bucket, and the one conditional write that everything rests on. {@link
 * io.s3shard.store.ObjectStore} is the door; each further concern is a decorator of it. {@code
 * store.s3} is the only user of the AWS SDK.
 */
@NullMarked
package io.s3shard.store;

import org.jspecify.annotations.NullMarked;
