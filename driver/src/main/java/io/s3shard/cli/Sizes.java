package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import io.s3shard.units.ByteSize;
import picocli.CommandLine;

/** Sizes on the command line. */
final class Sizes {
  private Sizes() {}

  /**
   * @throws InvalidRequest with what is allowed
   */
  static long parse(String text) {
    return ByteSize.parse(text);
  }

  /** For people: {@code 4MiB}, {@code 1.5GiB}. */
  static String format(long bytes) {
    return ByteSize.format(bytes);
  }

  /** The converter of every option that is a size. */
  static final class Converter implements CommandLine.ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return parse(text);
      } catch (InvalidRequest e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }
}
