package io.s3shard.testing;

import io.s3shard.format.VolumeId;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.Optional;

/**
 * A rule broken on purpose: what a checkpoint has replaced is deleted once a COMMIT names it, also
 * what a pin needs.
 */
final class PinBlindStore extends ForwardingStore {
  private final ObjectStore bucket;

  PinBlindStore(ObjectStore bucket, ObjectStore store) {
    super(store);
    this.bucket = bucket;
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    VolumeId volume = new VolumeId(key.value().split("/", -1)[1]);
    VolumeLog log = new VolumeLog(volume, bucket, new NoWaiting());
    LoadedLog before = log.load();
    PutOutcome outcome = super.putIfAbsent(key, body, purpose);
    Optional<Checkpoint> after = log.load().checkpoint();
    if (before.checkpoint().isPresent() && !after.equals(before.checkpoint())) {
      store.delete(
          new MapReach(volume, bucket)
              .lost(before.checkpoint().get().root(), after.orElseThrow().root()),
          Purpose.BACKGROUND);
    }
    return outcome;
  }
}
