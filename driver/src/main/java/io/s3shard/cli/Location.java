package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * A prefix of a bucket, written {@code s3://bucket/prefix}. {@code prefix} has no slash at its end
 * and may be empty: the whole bucket. What bucket and prefix may be called is for the store to say.
 */
record Location(String bucket, String prefix) {
  private static final Pattern FORM = Pattern.compile("s3://([^/]+)(?:/(.*?)/*)?");

  /**
   * @throws InvalidRequest with what is allowed
   */
  static Location parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new InvalidRequest(
          "\"" + text + "\" is no place for volumes: write s3://bucket/prefix");
    }
    return new Location(form.group(1), form.group(2) == null ? "" : form.group(2));
  }

  @Override
  public String toString() {
    return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }

  /** The converter of every parameter that is a location. */
  static final class Converter implements CommandLine.ITypeConverter<Location> {
    @Override
    public Location convert(String text) {
      try {
        return parse(text);
      } catch (InvalidRequest e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }
}
