package io.s3shard.image;

import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A bucket where something happens just before the next request about some object, once. */
final class Interrupted extends ForwardingStore {
  private Predicate<ObjectKey> which = _ -> false;
  private @Nullable Consumer<ObjectKey> meanwhile;

  Interrupted(ObjectStore store) {
    super(store);
  }

  /** Has {@code what} happen before the next get or put-if-absent of an object that is meant. */
  synchronized void before(Predicate<ObjectKey> meant, Consumer<ObjectKey> what) {
    which = meant;
    meanwhile = what;
  }

  synchronized boolean hasHappened() {
    return meanwhile == null;
  }

  private void happen(ObjectKey key) {
    Consumer<ObjectKey> now;
    synchronized (this) {
      now = meanwhile;
      if (now == null || !which.test(key)) {
        return;
      }
      meanwhile = null;
    }
    now.accept(key);
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    happen(key);
    return super.get(key, purpose);
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    happen(key);
    return super.get(key, range, purpose);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    happen(key);
    return super.putIfAbsent(key, body, purpose);
  }
}
