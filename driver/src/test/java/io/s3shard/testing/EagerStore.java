package io.s3shard.testing;

import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rule broken on purpose: a COMMIT is sent before what it names has been answered. What a flush
 * uploads is kept back until the next record of the log is sent.
 */
final class EagerStore extends ForwardingStore {
  private final Map<ObjectKey, Body> keptBack = new LinkedHashMap<>();

  EagerStore(ObjectStore store) {
    super(store);
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    if (purpose != Purpose.FLUSH) {
      super.put(key, body, purpose);
      return;
    }
    synchronized (keptBack) {
      keptBack.put(key, Body.of(body.toBuffer()));
    }
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    PutOutcome outcome = super.putIfAbsent(key, body, purpose);
    Map<ObjectKey, Body> now;
    synchronized (keptBack) {
      now = new LinkedHashMap<>(keptBack);
      keptBack.clear();
    }
    now.forEach((object, bytes) -> super.put(object, bytes, Purpose.FLUSH));
    return outcome;
  }
}
