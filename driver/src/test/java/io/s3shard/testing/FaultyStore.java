package io.s3shard.testing;

import io.s3shard.error.Damaged;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bucket with the failures that real ones have, by seeded dice or when a test says so.
 * Thread-safe.
 */
public final class FaultyStore implements ObjectStore {
  private final ObjectStore store;
  private final Execution execution;
  private final FaultPlan plan;
  private final List<Execution.Task<?>> underWay = new ArrayList<>();

  public FaultyStore(ObjectStore store, Execution execution, FaultPlan plan) {
    this.store = store;
    this.execution = execution;
    this.plan = plan;
  }

  /** Waits until all that was repeated or came late has landed. */
  public void settle() {
    List<Execution.Task<?>> tasks;
    synchronized (underWay) {
      tasks = List.copyOf(underWay);
      underWay.clear();
    }
    tasks.forEach(Execution.Task::join);
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return whole(key, () -> store.get(key, purpose));
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return whole(key, () -> store.getIfMatch(key, etag, purpose));
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    @Nullable Fault fault = plan.draw(Fault.Kind.READ, key.value());
    if (fault == Fault.TRUNCATED) {
      throw new Damaged("object " + key + " is truncated: asked for " + range);
    }
    ByteBuffer bytes = read(fault, key.value(), () -> store.get(key, range, purpose));
    return fault == Fault.FLIPPED ? plan.flipped(bytes) : bytes;
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    @Nullable Fault fault = plan.draw(Fault.Kind.WRITE, key.value());
    Body copy = Body.of(body.toBuffer());
    write(
        fault,
        key.value(),
        () -> {
          store.put(key, copy, purpose);
          return true;
        });
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    @Nullable Fault fault = plan.draw(Fault.Kind.WRITE, key.value());
    Body copy = Body.of(body.toBuffer());
    try {
      return write(fault, key.value(), () -> store.putIfAbsent(key, copy, purpose));
    } catch (StoreUnavailable e) {
      return PutOutcome.UNKNOWN;
    }
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return read(
        plan.draw(Fault.Kind.OTHER, prefix),
        prefix,
        () -> store.list(prefix, startAfter, limit, purpose));
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    String first = keys.isEmpty() ? "" : keys.iterator().next().value();
    List<ObjectKey> copy = List.copyOf(keys);
    read(
        plan.draw(Fault.Kind.OTHER, first),
        first,
        () -> {
          store.delete(copy, purpose);
          return true;
        });
  }

  private StoredObject whole(ObjectKey key, Supplier<StoredObject> request) {
    @Nullable Fault fault = plan.draw(Fault.Kind.READ, key.value());
    StoredObject object = read(fault, key.value(), request);
    if (fault == Fault.TRUNCATED) {
      return new StoredObject(object.body().slice(0, object.body().remaining() / 2), object.etag());
    }
    return fault == Fault.FLIPPED
        ? new StoredObject(plan.flipped(object.body()), object.etag())
        : object;
  }

  private <T> T read(@Nullable Fault fault, String key, Supplier<T> request) {
    failBefore(fault, key);
    T answer = request.get();
    if (fault == Fault.ANSWER_LOST) {
      throw new StoreUnavailable("injected: the answer about " + key + " was lost");
    }
    return answer;
  }

  private <T> T write(@Nullable Fault fault, String key, Supplier<T> request) {
    if (fault == Fault.LATE) {
      later(request);
      throw new StoreUnavailable(
          "injected: the connection was lost while " + key + " was on its way");
    }
    T answer = read(fault, key, request);
    if (fault == Fault.REPEATED) {
      later(request);
    }
    return answer;
  }

  private void failBefore(@Nullable Fault fault, String key) {
    switch (fault) {
      case DELAYED -> execution.sleep(plan.delay());
      case UNAVAILABLE -> throw new StoreUnavailable("injected: 500 for " + key);
      case THROTTLED -> throw StoreUnavailable.throttled("injected: 503 SlowDown for " + key, null);
      case HANGING -> {
        execution.sleep(Duration.ofSeconds(60));
        throw new StoreUnavailable("injected: no answer about " + key);
      }
      case ANSWER_LOST, REPEATED, LATE, TRUNCATED, FLIPPED -> {}
      case null -> {}
    }
  }

  private void later(Supplier<?> request) {
    Duration delay = plan.delay();
    Execution.Task<?> task =
        execution.fork(
            "late request",
            () -> {
              execution.sleep(delay);
              return request.get();
            });
    synchronized (underWay) {
      underWay.removeIf(Execution.Task::isDone);
      underWay.add(task);
    }
  }
}
