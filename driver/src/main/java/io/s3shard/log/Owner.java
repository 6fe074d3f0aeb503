package io.s3shard.log;

/**
 * Who may commit. {@code epoch} is the slot of its OPEN; {@code arenaSequence} the S of its last
 * COMMIT, or what a takeover kept of its predecessor's.
 */
public record Owner(long epoch, Writer writer, long arenaSequence, long openedUnixMillis) {
  public Owner {
    if (epoch < 1 || arenaSequence < 0) {
      throw new IllegalArgumentException(
          "owner of epoch " + epoch + " with arena sequence " + arenaSequence);
    }
  }
}
