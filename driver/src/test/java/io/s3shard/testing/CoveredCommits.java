package io.s3shard.testing;

import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;

/** The COMMITs of a volume up to a slot, for who deletes them against the rules. */
record CoveredCommits(VolumeId volume, long covers, ObjectStore bucket) {
  void deleteFrom(ObjectStore store) {
    VolumeLog log = new VolumeLog(volume, bucket, new NoWaiting());
    List<ObjectKey> dead = new ArrayList<>();
    for (ListedObject listed :
        bucket.list(Layout.logFolder(volume), null, 1_000, Purpose.BACKGROUND)) {
      long slot = Layout.slot(volume, listed.key()).orElseThrow();
      if (slot <= covers && log.read(slot) instanceof LogRecord.Commit) {
        dead.add(listed.key());
      }
    }
    if (!dead.isEmpty()) {
      store.delete(dead, Purpose.BACKGROUND);
    }
  }
}
