package io.s3shard.image;

import io.s3shard.error.StoreRefused;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.ForwardingStore;

/** A bucket that takes nothing more while it is told so. */
final class RefusingStore extends ForwardingStore {
  volatile boolean refuse;

  RefusingStore(ObjectStore store) {
    super(store);
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    if (refuse) {
      throw new StoreRefused("quota exceeded");
    }
    super.put(key, body, purpose);
  }
}
