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
 * finds it; and so does the next look at the tail, since it would tell an owner that there is more.
 */
final class CredulousStore extends ForwardingStore {
  private final ObjectStore bucket;
  private @Nullable String justWon;
  private @Nullable String believed;

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
    String[] parts = key.value().split("/", -1);
    if (parts.length < 3 || !parts[2].equals("log")) {
      return false;
    }
    VolumeId volume = new VolumeId(parts[1]);
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
    boolean looksAtTail = limit == 1;
    String end = looksAtTail ? believed : justWon;
    if (end == null || startAfter != null || !end.startsWith(prefix)) {
      return super.list(prefix, startAfter, limit, purpose);
    }
    believed = looksAtTail ? null : end;
    justWon = null;
    return super.list(prefix, null, 1_000, purpose).stream()
        .filter(o -> o.key().value().compareTo(end) >= 0)
        .limit(limit)
        .toList();
  }
}
