package io.s3shard.host;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A program and its arguments, one by one: no shell ever sees them. {@code input}: what it reads,
 * for secrets, which are never arguments.
 */
public record Command(List<String> words, Duration time, Optional<byte[]> input) {
  public Command {
    words = List.copyOf(words);
  }

  public static Command of(String... words) {
    return new Command(List.of(words), Programs.USUAL_TIME, Optional.empty());
  }

  public static Command of(List<String> words) {
    return new Command(words, Programs.USUAL_TIME, Optional.empty());
  }

  public Command within(Duration limit) {
    return new Command(words, limit, input);
  }

  public Command reading(byte[] bytes) {
    return new Command(words, time, Optional.of(bytes));
  }

  /** For messages; the input is not shown. */
  @Override
  public String toString() {
    return String.join(" ", words);
  }
}
