package io.s3shard.sim;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tries again until the bucket answers, except for a put-if-absent. */
final class PatientStore implements ObjectStore {
  private final ObjectStore store;
  private final Execution execution;

  PatientStore(ObjectStore store, Execution execution) {
    this.store = store;
    this.execution = execution;
  }

  private <T> T patiently(Supplier<T> request) {
    long millis = 10;
    while (true) {
      try {
        return request.get();
      } catch (StoreUnavailable _) {
        execution.sleep(Duration.ofMillis(millis + execution.random(millis)));
        millis = Math.min(2_000, 2 * millis);
      }
    }
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return patiently(() -> store.get(key, purpose));
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return patiently(() -> store.getIfMatch(key, etag, purpose));
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return patiently(() -> store.get(key, range, purpose));
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    patiently(() -> {
      store.put(key, body, purpose);
      return true;
    });
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    return store.putIfAbsent(key, body, purpose);
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return patiently(() -> store.list(prefix, startAfter, limit, purpose));
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    patiently(() -> {
      store.delete(keys, purpose);
      return true;
    });
  }
}
