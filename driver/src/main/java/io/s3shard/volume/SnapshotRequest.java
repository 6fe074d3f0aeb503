package io.s3shard.volume;

import io.s3shard.error.VolumeExists;
import io.s3shard.log.LivePin;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot that is to be: what its PIN says, whoever appends it.
 *
 * @param hold the group whose HOLD must be in force; empty: none
 */
public record SnapshotRequest(String name, PinPurpose purpose, String hold, Instant now) {
  /**
   * @throws io.s3shard.error.InvalidRequest if it can't be called so
   */
  public SnapshotRequest {
    SnapshotNames.check(name);
  }

  /** One of a single volume, on demand. */
  public static SnapshotRequest of(String name, Instant now) {
    return new SnapshotRequest(name, new PinPurpose.OfSnapshot(), "", now);
  }

  /**
   * The record to append after {@code state}, whose pins are fetched.
   *
   * @throws VolumeExists if there is a snapshot of this name
   */
  public LogRecord.Pin record(VolumeState state) {
    Optional<LivePin> there = state.pins().named(name);
    if (there.isPresent()) {
      throw new VolumeExists(
          "\""
              + state.name()
              + "\" has a snapshot \""
              + name
              + "\": choose another name, or remove it with 's3shard snapshot rm'");
    }
    return new LogRecord.Pin(name, purpose.text(), 0, hold, now.toEpochMilli());
  }
}
