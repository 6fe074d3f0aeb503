package io.s3shard.store;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many requests are on their way at once, the most urgent first. It stands below the
 * retries, so that whoever waits for the next try holds no permit. Thread-safe.
 */
public final class LimitedStore implements ObjectStore {
  private final ObjectStore store;
  private final Permits permits;

  /**
   * @param atOnce the most requests at once; at least 4
   */
  public LimitedStore(ObjectStore store, Execution execution, int atOnce) {
    this.store = store;
    this.permits = new Permits(execution, atOnce);
  }

  /**
   * How many requests may be on their way at once by now: fewer than at the start after the bucket
   * has throttled.
   */
  public int limit() {
    return permits.limit();
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return limited(purpose, () -> store.get(key, purpose));
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return limited(purpose, () -> store.getIfMatch(key, etag, purpose));
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return limited(purpose, () -> store.get(key, range, purpose));
  }

  @Override
  public void get(ObjectKey key, ByteRange range, ByteBuffer into, Purpose purpose) {
    limited(
        purpose,
        () -> {
          store.get(key, range, into, purpose);
          return true;
        });
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    limited(
        purpose,
        () -> {
          store.put(key, body, purpose);
          return true;
        });
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    return limited(purpose, () -> store.putIfAbsent(key, body, purpose));
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return limited(purpose, () -> store.list(prefix, startAfter, limit, purpose));
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    limited(
        purpose,
        () -> {
          store.delete(keys, purpose);
          return true;
        });
  }

  private <T> T limited(Purpose purpose, Supplier<T> request) {
    permits.acquire(purpose);
    try {
      T answer = request.get();
      if (answer != PutOutcome.UNKNOWN) {
        permits.succeeded();
      }
      return answer;
    } catch (StoreUnavailable away) {
      if (away.isThrottled()) {
        permits.throttled();
      }
      throw away;
    } finally {
      permits.release(purpose);
    }
  }
}
