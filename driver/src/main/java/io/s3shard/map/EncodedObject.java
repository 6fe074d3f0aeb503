package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.store.Body;

/** A map object as it is to be uploaded. */
public record EncodedObject(ObjectRef ref, Body body) {}
