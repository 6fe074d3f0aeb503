package io.s3shard.log;

import io.s3shard.error.ObjectMissing;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket in which nothing that was listed is still there. */
final class AlwaysGone extends ForwardingStore {
  private final boolean changing;
  private int listings;

  /**
   * @param changing whether each listing shows other objects under the same keys
   */
  AlwaysGone(ObjectStore store, boolean changing) {
    super(store);
    this.changing = changing;
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    throw new ObjectMissing("there is no object " + key);
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return get(key, purpose);
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    String version = changing ? "-" + ++listings : "";
    return super.list(prefix, startAfter, limit, purpose).stream()
        .map(o -> new ListedObject(o.key(), o.etag() + version, o.sizeBytes()))
        .toList();
  }
}
