package io.s3shard.testing;

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

/** A store that does what another does; what is to be different is overridden. */
public class ForwardingStore implements ObjectStore {
  protected final ObjectStore store;

  protected ForwardingStore(ObjectStore store) {
    this.store = store;
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return store.get(key, purpose);
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return store.getIfMatch(key, etag, purpose);
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return store.get(key, range, purpose);
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    store.put(key, body, purpose);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    return store.putIfAbsent(key, body, purpose);
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return store.list(prefix, startAfter, limit, purpose);
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    store.delete(keys, purpose);
  }
}
