package io.s3shard.store;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bucket in memory, with exactly the semantics of the door. Several hosts of a simulation share
 * one. An ETag says what the bytes are and nothing of who put them or when, as in S3: the same
 * bytes put again are the same object. Thread-safe.
 */
public final class MemoryStore implements ObjectStore {
  private final TreeMap<String, StoredObject> objects = new TreeMap<>();

  @Override
  public synchronized StoredObject get(ObjectKey key, Purpose purpose) {
    StoredObject object = objects.get(key.value());
    if (object == null) {
      throw new ObjectMissing("there is no object " + key);
    }
    return new StoredObject(object.body().duplicate(), object.etag());
  }

  @Override
  public synchronized StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    StoredObject object = get(key, purpose);
    if (!object.etag().equals(etag)) {
      throw new ObjectMissing("object " + key + " is another one than " + etag);
    }
    return object;
  }

  @Override
  public synchronized ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    ByteBuffer body = get(key, purpose).body();
    if (range.end() > body.remaining()) {
      throw new Damaged(
          "object "
              + key
              + " is truncated: it has "
              + body.remaining()
              + " bytes, asked for "
              + range);
    }
    return body.slice((int) range.offset(), (int) range.length());
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    StoredObject object = stored(body);
    synchronized (this) {
      objects.put(key.value(), object);
    }
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    StoredObject object = stored(body);
    synchronized (this) {
      return objects.putIfAbsent(key.value(), object) == null ? PutOutcome.WON : PutOutcome.LOST;
    }
  }

  @Override
  public synchronized List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    PageLimits.checkList(limit);
    String from = startAfter != null && startAfter.compareTo(prefix) > 0 ? startAfter : prefix;
    List<ListedObject> listed = new ArrayList<>();
    for (Map.Entry<String, StoredObject> entry :
        objects.tailMap(from, !from.equals(startAfter)).entrySet()) {
      if (!entry.getKey().startsWith(prefix) || listed.size() == limit) {
        break;
      }
      StoredObject object = entry.getValue();
      listed.add(
          new ListedObject(
              new ObjectKey(entry.getKey()), object.etag(), object.body().remaining()));
    }
    return listed;
  }

  @Override
  public synchronized void delete(Collection<ObjectKey> keys, Purpose purpose) {
    PageLimits.checkDelete(keys.size());
    keys.forEach(key -> objects.remove(key.value()));
  }

  private static StoredObject stored(Body body) {
    ByteBuffer bytes = body.toBuffer();
    return new StoredObject(bytes, ContentHash.etag(bytes));
  }
}
