package io.s3shard.store;

/** An object as a listing shows it. */
public record ListedObject(ObjectKey key, String etag, long sizeBytes) {}
