package io.s3shard.testing;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.map.MapCodec;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;

/**
 * A rule broken on purpose: as soon as a checkpoint's root is uploaded, the COMMITs that it covers
 * are deleted, although no COMMIT in the log names it yet.
 */
final class HastyStore extends ForwardingStore {
  private final ObjectStore bucket;

  HastyStore(ObjectStore bucket, ObjectStore store) {
    super(store);
    this.bucket = bucket;
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    super.put(key, body, purpose);
    VolumeId volume = new VolumeId(key.value().split("/", -1)[1]);
    ByteBuffer whole = body.toBuffer();
    if (key.value().startsWith(Layout.mapFolder(volume))
        && ObjectFormat.decodeAny(key, whole).kind() == ObjectFormat.Kind.ROOT) {
      ObjectRef root = Layout.object(volume, key).orElseThrow();
      long covers = MapCodec.decodeRoot(root, whole).covers();
      new CoveredCommits(volume, covers, bucket).deleteFrom(store);
    }
  }
}
