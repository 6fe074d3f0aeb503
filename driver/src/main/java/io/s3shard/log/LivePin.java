package io.s3shard.log;

/**
 * A pin that was not taken away: the state at {@code position} stays readable. {@code slot} is its
 * PIN's, and its id; {@code position} is that slot or an older live pin's position.
 */
public record LivePin(
    long slot, long position, String name, String purpose, long createdUnixMillis) {
  public LivePin {
    if (slot < 1 || position < 1 || position > slot) {
      throw new IllegalArgumentException("pin at slot " + slot + " of position " + position);
    }
  }
}
