package io.s3shard.log;

import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bucket in memory whose next answers a test decides. What is not scripted goes straight to
 * {@link #bucket}.
 */
final class ScriptedStore implements ObjectStore {
  /** One put-if-absent: what happens to it. */
  @FunctionalInterface
  interface PutStep {
    PutOutcome put(ObjectKey key, Body body);
  }

  final MemoryStore bucket = new MemoryStore();
  final Deque<PutStep> nextPuts = new ArrayDeque<>();
  final Deque<Runnable> beforeGets = new ArrayDeque<>();
  final Deque<Runnable> afterLists = new ArrayDeque<>();
  final List<ObjectKey> putKeys = new ArrayList<>();
  int gets;
  int lists;

  /** The put lands, the answer is lost. */
  PutOutcome landsUnheard(ObjectKey key, Body body) {
    bucket.putIfAbsent(key, body, Purpose.LOG);
    return PutOutcome.UNKNOWN;
  }

  /** {@code first} happens, then the put. */
  PutStep after(Runnable first) {
    return (key, body) -> {
      first.run();
      return bucket.putIfAbsent(key, body, Purpose.LOG);
    };
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    putKeys.add(key);
    PutStep step = nextPuts.poll();
    return step == null ? bucket.putIfAbsent(key, body, purpose) : step.put(key, body);
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    beforeGet();
    return bucket.get(key, purpose);
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    beforeGet();
    return bucket.getIfMatch(key, etag, purpose);
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    beforeGet();
    return bucket.get(key, range, purpose);
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    putKeys.add(key);
    bucket.put(key, body, purpose);
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    lists++;
    List<ListedObject> listed = bucket.list(prefix, startAfter, limit, purpose);
    Runnable then = afterLists.poll();
    if (then != null) {
      then.run();
    }
    return listed;
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    bucket.delete(keys, purpose);
  }

  private void beforeGet() {
    gets++;
    Runnable first = beforeGets.poll();
    if (first != null) {
      first.run();
    }
  }
}
