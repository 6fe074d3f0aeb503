package io.s3shard.log;

import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;

/**
 * A record as it is sent, as often as need be: its bytes are made once (protobuf is not canonical),
 * and tell whose it is.
 */
record EncodedRecord(long slot, ObjectKey key, Body body) {}
