package io.s3shard.store;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counts what goes to the bucket. It stands below the retries and the limit: each try counts, as on
 * the bill, and waiting does not.
 */
public final class MeteredStore implements ObjectStore {
  private final ObjectStore store;
  private final Execution execution;
  private final StoreMeter meter;

  public MeteredStore(ObjectStore store, Execution execution, StoreMeter meter) {
    this.store = store;
    this.execution = execution;
    this.meter = meter;
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return metered(
        RequestKind.GET,
        purpose,
        0,
        () -> store.get(key, purpose),
        object -> object.body().remaining());
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return metered(
        RequestKind.GET,
        purpose,
        0,
        () -> store.getIfMatch(key, etag, purpose),
        object -> object.body().remaining());
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return metered(
        RequestKind.GET, purpose, 0, () -> store.get(key, range, purpose), ByteBuffer::remaining);
  }

  @Override
  public void get(ObjectKey key, ByteRange range, ByteBuffer into, Purpose purpose) {
    Supplier<Boolean> request =
        () -> {
          store.get(key, range, into, purpose);
          return true;
        };
    metered(RequestKind.GET, purpose, 0, request, done -> range.length());
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    Supplier<Boolean> request =
        () -> {
          store.put(key, body, purpose);
          return true;
        };
    metered(RequestKind.PUT, purpose, body.length(), request, done -> 0);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    long started = execution.nanoTime();
    boolean answered = false;
    try {
      PutOutcome outcome = store.putIfAbsent(key, body, purpose);
      answered = outcome != PutOutcome.UNKNOWN;
      return outcome;
    } finally {
      count(RequestKind.PUT_IF_ABSENT, purpose, started, answered, body.length(), 0);
    }
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return metered(
        RequestKind.LIST,
        purpose,
        0,
        () -> store.list(prefix, startAfter, limit, purpose),
        listed -> 0);
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    Supplier<Boolean> request =
        () -> {
          store.delete(keys, purpose);
          return true;
        };
    metered(RequestKind.DELETE, purpose, 0, request, done -> 0);
  }

  private <T> T metered(
      RequestKind kind,
      Purpose purpose,
      long sent,
      Supplier<T> request,
      ToLongFunction<T> received) {
    long started = execution.nanoTime();
    boolean answered = false;
    long receivedBytes = 0;
    try {
      T answer = request.get();
      answered = true;
      receivedBytes = received.applyAsLong(answer);
      return answer;
    } catch (ObjectMissing | Damaged answer) {
      answered = true;
      throw answer;
    } finally {
      count(kind, purpose, started, answered, sent, receivedBytes);
    }
  }

  private void count(
      RequestKind kind, Purpose purpose, long started, boolean answered, long sent, long received) {
    long nanos = execution.nanoTime() - started;
    if (answered) {
      meter.answered(kind, purpose, nanos, sent, received);
    } else {
      meter.failed(kind, purpose, nanos, sent);
    }
  }
}
