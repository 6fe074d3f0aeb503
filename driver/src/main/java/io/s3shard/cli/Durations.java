package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import io.s3shard.units.TimeSpan;
import java.time.Duration;
import picocli.CommandLine;

/** Durations on the command line. */
final class Durations {
  private Durations() {}

  /**
   * @throws InvalidRequest with what is allowed
   */
  static Duration parse(String text) {
    return TimeSpan.parse(text);
  }

  /** The converter of every option that is a duration. */
  static final class Converter implements CommandLine.ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return parse(text);
      } catch (InvalidRequest e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }
}
