package io.s3shard.log;

import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;

/** A record of somebody who has read nothing, as it may land at any time, in any slot. */
public final class BlindPut {
  private BlindPut() {}

  /** Puts {@code record} into {@code slot}, or does not if something is there. */
  public static PutOutcome of(
      LogRecord record, long slot, VolumeId volume, ObjectStore store, Execution execution) {
    EncodedRecord encoded = LogParts.of(volume, store, execution).blind(slot, record);
    return store.putIfAbsent(encoded.key(), encoded.body(), Purpose.LOG);
  }
}
