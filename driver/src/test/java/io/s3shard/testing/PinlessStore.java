package io.s3shard.testing;

import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;

/**
 * A rule broken on purpose: what a checkpoint covers is deleted as soon as a COMMIT names it,
 * whatever pins see.
 */
final class PinlessStore extends ForwardingStore {
  private final ObjectStore bucket;

  PinlessStore(ObjectStore bucket, ObjectStore store) {
    super(store);
    this.bucket = bucket;
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    PutOutcome outcome = super.putIfAbsent(key, body, purpose);
    VolumeId volume = new VolumeId(key.value().split("/", -1)[1]);
    if (outcome == PutOutcome.WON) {
      VolumeLog log = new VolumeLog(volume, bucket, new NoWaiting());
      long slot = Layout.slot(volume, key).orElseThrow();
      if (log.read(slot) instanceof LogRecord.Commit commit && commit.checkpoint().isPresent()) {
        long covers = commit.checkpoint().get().covers();
        new CoveredCommits(volume, covers, bucket).deleteFrom(store);
      }
    }
    return outcome;
  }
}
