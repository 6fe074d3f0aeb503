package io.s3shard.volume;

import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.log.LivePin;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import java.time.Instant;
import java.util.Optional;

/**
 * A pin that is to be: what its PIN says, whoever appends it.
 *
 * @param position 0: the state that its appender meets; else that of a live pin
 * @param hold the group whose HOLD must be in force; empty: none
 */
public record PinRequest(String name, PinPurpose purpose, long position, String hold, Instant now) {
  /**
   * @throws io.s3shard.error.InvalidRequest if a snapshot can't be called so
   */
  public PinRequest {
    if (purpose.isSnapshot()) {
      SnapshotNames.check(name);
    }
  }

  /** Of the present state. */
  public static PinRequest of(String name, PinPurpose purpose, Instant now) {
    return new PinRequest(name, purpose, 0, "", now);
  }

  /**
   * The record to append after {@code state}, whose pins are fetched.
   *
   * @throws VolumeExists if there is a pin of this name
   * @throws VolumeMissing if no pin has that position any more
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
    if (position != 0
        && state.pins().live().stream().noneMatch(pin -> pin.position() == position)) {
      throw new VolumeMissing(
          "the snapshot of \""
              + state.name()
              + "\" was removed at this moment: 's3shard snapshot ls' lists those that there are");
    }
    return new LogRecord.Pin(name, purpose.text(), position, hold, now.toEpochMilli());
  }
}
