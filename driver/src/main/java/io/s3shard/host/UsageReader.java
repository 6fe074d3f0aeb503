package io.s3shard.host;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Asks how full a file system is, by a program: one that does not answer must not take us along.
 */
public final class UsageReader {
  private static final Duration TIME = Duration.ofSeconds(10);

  private final Programs programs;

  public UsageReader(Programs programs) {
    this.programs = programs;
  }

  /**
   * @throws io.s3shard.error.HostFailure if it does not answer in time
   */
  public Usage of(Path place) {
    String[] numbers =
        programs
            .require(
                Command.of("stat", "-f", "-c", "%S %b %f %a %c %d", "--", place.toString())
                    .within(TIME))
            .strip()
            .split(" ");
    long block = Long.parseLong(numbers[0]);
    long total = Long.parseLong(numbers[1]) * block;
    long free = Long.parseLong(numbers[2]) * block;
    return new Usage(
        total,
        total - free,
        Long.parseLong(numbers[3]) * block,
        Long.parseLong(numbers[4]),
        Long.parseLong(numbers[5]));
  }
}
