package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket in which nothing that was listed is still there. */
record AlwaysGone(ObjectStore listed) implements ObjectStore {
  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    throw new ObjectMissing("object " + key + " is gone");
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return get(key, purpose);
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return get(key, purpose).body();
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    listed.put(key, body, purpose);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    return listed.putIfAbsent(key, body, purpose);
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return listed.list(prefix, startAfter, limit, purpose);
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    listed.delete(keys, purpose);
  }
}
