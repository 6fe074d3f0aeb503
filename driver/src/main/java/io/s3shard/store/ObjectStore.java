package io.s3shard.store;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Immutable objects under one prefix of a bucket, and the one conditional write that everything
 * rests on.
 *
 * <p>Strongly consistent: what a put, a delete or a won put-if-absent did is seen by every request
 * that begins after its answer. All calls block; all may throw {@code StoreUnavailable} (trying
 * again may help) or {@code StoreRefused} (it does not). An interrupt of the thread means
 * "unknown", never "not sent".
 */
public interface ObjectStore {
  /** The whole object. @throws io.s3shard.error.ObjectMissing */
  StoredObject get(ObjectKey key, Purpose purpose);

  /**
   * The whole object, if it is still the one with this ETag. @throws io.s3shard.error.ObjectMissing
   * if it is gone or another
   */
  StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose);

  /**
   * Exactly the bytes of {@code range}, in a read-only buffer positioned at their start.
   *
   * @throws io.s3shard.error.ObjectMissing if there is no such object
   * @throws io.s3shard.error.Damaged if the object ends before the range does
   */
  ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose);

  /**
   * The same bytes into a buffer of the caller's, from its position on, which then moves behind
   * them. After a failure nothing is said of what the buffer holds there.
   */
  default void get(ObjectKey key, ByteRange range, ByteBuffer into, Purpose purpose) {
    into.put(get(key, range, purpose));
  }

  /** Creates or replaces. Only for keys that nobody else can ever name with other bytes. */
  void put(ObjectKey key, Body body, Purpose purpose);

  /**
   * Creates {@code key} unless it exists. {@code UNKNOWN} is an ordinary answer here, never an
   * exception: the caller reads the key and decides. Never retried by any layer.
   */
  PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose);

  /**
   * The objects whose keys begin with {@code prefix} and come after {@code startAfter}, in byte
   * order, at most {@code limit} (1 to 1,000). Fewer than {@code limit}: there are no more.
   */
  List<ListedObject> list(String prefix, @Nullable String startAfter, int limit, Purpose purpose);

  /**
   * Deletes; a missing one is fine. At most 1,000 keys. @throws StoreRefused naming the first key
   * that could not be deleted
   */
  void delete(Collection<ObjectKey> keys, Purpose purpose);
}
