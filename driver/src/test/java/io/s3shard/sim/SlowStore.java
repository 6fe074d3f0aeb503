package io.s3shard.sim;

import io.s3shard.error.StoreRefused;
import io.s3shard.execution.Execution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bucket whose requests take 25 ms each, counted. It may refuse pages and roots of a volume. */
final class SlowStore extends ForwardingStore {
  static final Duration LATENCY = Duration.ofMillis(25);

  private final VolumeId volume;
  private final Execution execution;
  long requests;
  long backgroundBytes;
  int refusals;

  SlowStore(ObjectStore store, VolumeId volume, Execution execution) {
    super(store);
    this.volume = volume;
    this.execution = execution;
  }

  private void wait25() {
    requests++;
    execution.sleep(LATENCY);
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    wait25();
    return super.get(key, purpose);
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    wait25();
    return super.getIfMatch(key, etag, purpose);
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    wait25();
    return super.get(key, range, purpose);
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    wait25();
    if (key.value().startsWith(Layout.mapFolder(volume)) && refusals > 0) {
      refusals--;
      throw new StoreRefused("quota exceeded");
    }
    backgroundBytes += purpose == Purpose.BACKGROUND ? body.length() : 0;
    super.put(key, body, purpose);
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    wait25();
    return super.putIfAbsent(key, body, purpose);
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    wait25();
    return super.list(prefix, startAfter, limit, purpose);
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    wait25();
    super.delete(keys, purpose);
  }
}
