package io.s3shard.store;

import java.nio.ByteBuffer;

/** A whole object. {@code body} is read-only, positioned at its start. */
public record StoredObject(ByteBuffer body, String etag) {}
