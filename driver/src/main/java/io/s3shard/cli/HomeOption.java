package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the driver of a cluster keeps what belongs to no volume. */
final class HomeOption {
  @Option(
      names = "--home",
      paramLabel = "s3://BUCKET/PREFIX",
      required = true,
      converter = Location.Converter.class,
      description =
          "Where the driver keeps which stores and nodes there are; the same for the whole cluster.")
  private @Nullable Location home;

  /**
   * @throws InvalidRequest if it was not given
   */
  Location place() {
    if (home == null) {
      throw new InvalidRequest("--home is missing: give s3://bucket/prefix");
    }
    return home;
  }
}
