package io.s3shard.testing;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;

/**
 * A rule broken on purpose: as soon as a checkpoint's root is uploaded, the data that it has
 * replaced by merging and folding is deleted, although no COMMIT in the log names it yet.
 */
final class HastyCollector extends ForwardingStore {
  private final ObjectStore bucket;

  HastyCollector(ObjectStore bucket, ObjectStore store) {
    super(store);
    this.bucket = bucket;
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    super.put(key, body, purpose);
    VolumeId volume = new VolumeId(key.value().split("/", -1)[1]);
    boolean isRoot =
        key.value().startsWith(Layout.mapFolder(volume))
            && ObjectFormat.decodeAny(key, body.toBuffer()).kind() == ObjectFormat.Kind.ROOT;
    if (isRoot) {
      new VolumeLog(volume, bucket, new NoWaiting())
          .load()
          .checkpoint()
          .map(Checkpoint::root)
          .ifPresent(before ->
              store.delete(
                  new MapReach(volume, bucket)
                      .lost(before, Layout.object(volume, key).orElseThrow()),
                  Purpose.BACKGROUND));
    }
  }
}
