package io.s3shard.log;

/**
 * A pin that was not taken away: the state at {@code position} stays readable. {@code slot} is its
 * PIN's, and its id; {@code position} is that slot or an older live pin's position; {@code
 * sizeBytes} is the image's size there.
 */
public record LivePin(
    long slot, long position, String name, String purpose, long createdUnixMillis, long sizeBytes) {
  public LivePin {
    Checks.atLeast(0, sizeBytes, "size");
    if (slot < 1 || position < 1 || position > slot) {
      throw new IllegalArgumentException("pin at slot " + slot + " of position " + position);
    }
  }
}
