/**
 * The door to a bucket over S3, and the only user of the AWS SDK. {@link
 * io.s3shard.store.s3.S3Store} sends each request once; trying again is a decorator's. {@code
 * S3Errors} is the one place that decides what an answer means.
 */
@NullMarked
package io.s3shard.store.s3;

import org.jspecify.annotations.NullMarked;
