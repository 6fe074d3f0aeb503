package io.s3shard.sim;

import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.InlineExecution;
import java.util.List;
import java.util.function.Predicate;

/** Collectors that break a rule, at one moment, as if nothing took time. */
final class BadSweeps {
  private static final int ALL = 1_000;

  private final ObjectStore bucket;
  private final VolumeId volume;

  BadSweeps(ObjectStore bucket, VolumeId volume) {
    this.bucket = bucket;
    this.volume = volume;
  }

  /** Deletes what the present state does not need, of epochs that are closed. */
  void whatPinsNeed() {
    ReadObjects needed = new ReadObjects(bucket);
    needed.present(volume);
    long open = state().openEpoch();
    delete(key ->
        !needed.got().contains(key)
            && Layout.object(volume, key).filter(object -> object.epoch() != open).isPresent());
  }

  /** Deletes what no state needs, also what the owner has uploaded and is about to commit. */
  void theOpenEpoch() {
    ReadObjects needed = new ReadObjects(bucket);
    needed.present(volume);
    needed.pinned(volume);
    delete(key -> !needed.got().contains(key));
  }

  void all() {
    delete(_ -> true);
  }

  private VolumeState state() {
    return new VolumeLog(volume, bucket, new InlineExecution()).load().state();
  }

  private void delete(Predicate<ObjectKey> which) {
    List<ObjectKey> dead =
        bucket.list(Layout.dataFolder(volume), null, ALL, Purpose.BACKGROUND).stream()
            .map(ListedObject::key)
            .filter(which)
            .toList();
    if (!dead.isEmpty()) {
      bucket.delete(dead, Purpose.BACKGROUND);
    }
  }
}
