package io.s3shard.image;

import io.s3shard.error.StoreRefused;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.List;

/**
 * What a sweep has deleted, or would. {@code refused}: at least so many more could have gone, but
 * the bucket keeps them, as one with Object Lock does.
 */
public record Swept(long objects, long bytes, long refused) {
  public static final Swept NOTHING = new Swept(0, 0, 0);

  public Swept plus(Swept other) {
    return new Swept(objects + other.objects, bytes + other.bytes, refused + other.refused);
  }

  /**
   * Deletes them. A bucket that refuses some is not asked twice: it would refuse again.
   *
   * @param all what they are together
   */
  static Swept deleting(ObjectStore store, List<ListedObject> dead, Swept all) {
    try {
      store.delete(dead.stream().map(ListedObject::key).toList(), Purpose.BACKGROUND);
      return all;
    } catch (StoreRefused kept) {
      return new Swept(0, 0, all.objects());
    }
  }
}
