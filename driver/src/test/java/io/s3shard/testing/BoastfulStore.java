package io.s3shard.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.proto.v1.LogRecord;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A rule broken on purpose: a checkpoint says that it covers the COMMITs, too, that came while it
 * was made; so what was merged is taken for younger than they are. Whoever wrote a record finds it
 * as it was sent.
 */
final class BoastfulStore extends ForwardingStore {
  private final Map<ObjectKey, Body> sent = new ConcurrentHashMap<>();

  BoastfulStore(ObjectStore store) {
    super(store);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    sent.put(key, body);
    return super.putIfAbsent(key, boast(key, body), purpose);
  }

  private static Body boast(ObjectKey key, Body body) {
    ByteBuffer whole = body.toBuffer();
    ObjectFormat.Decoded decoded = ObjectFormat.decodeAny(key, whole);
    if (decoded.kind() != ObjectFormat.Kind.LOG_RECORD) {
      return body;
    }
    LogRecord record = parse(decoded);
    VolumeId volume = new VolumeId(record.getVolumeId());
    long slot = Layout.slot(volume, key).orElseThrow();
    if (!record.hasCommit() || !record.hasCheckpoint()) {
      return body;
    }
    LogRecord.Builder boasting = record.toBuilder();
    boasting.getCheckpointBuilder().setCovers(slot - 1);
    List<ByteBuffer> payload =
        decoded.blocks() == 0
            ? List.of()
            : ObjectFormat.payload(
                key,
                0,
                decoded.blocks(),
                whole.slice(0, (int) ObjectFormat.physicalBytes(decoded.blocks())));
    return ObjectFormat.encode(
        ObjectFormat.Kind.LOG_RECORD, key, payload, boasting.build().toByteArray());
  }

  private static LogRecord parse(ObjectFormat.Decoded decoded) {
    try {
      return LogRecord.parseFrom(decoded.metadata());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("no log record", e);
    }
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    StoredObject there = super.get(key, purpose);
    Body original = sent.get(key);
    if (original == null || !there.body().equals(boast(key, original).toBuffer())) {
      return there;
    }
    return new StoredObject(original.toBuffer(), there.etag());
  }
}
