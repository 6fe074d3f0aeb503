package io.s3shard.testing;

import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule broken on purpose: the confirmation is left out. The listing that follows a won record of
 * somebody who is not the owner ends at that record, so that whoever looks for its effect always
 * finds it.
 */
final class CredulousStore extends ForwardingStore {
  private final ObjectStore bucket;
  private @Nullable String justWon;

  CredulousStore(ObjectStore bucket, ObjectStore store) {
    super(store);
    this.bucket = bucket;
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    PutOutcome outcome = super.putIfAbsent(key, body, purpose);
    justWon = outcome == PutOutcome.WON && wouldBeConfirmed(key) ? key.value() : null;
    return outcome;
  }

  private boolean wouldBeConfirmed(ObjectKey key) {
    VolumeId volume = new VolumeId(key.value().split("/", -1)[1]);
    long slot = Layout.slot(volume, key).orElseThrow();
    LogRecord record = new VolumeLog(volume, bucket, new NoWaiting()).read(slot);
    return record instanceof LogRecord.Open
        || record instanceof LogRecord.Pin
        || record instanceof LogRecord.Detach
        || record instanceof LogRecord.Close close && close.reason().equals("forced");
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    String won = justWon;
    if (won == null || startAfter != null || !won.startsWith(prefix)) {
      return super.list(prefix, startAfter, limit, purpose);
    }
    justWon = null;
    return super.list(prefix, null, limit, purpose).stream()
        .filter(o -> o.key().value().compareTo(won) >= 0)
        .toList();
  }
}
