package io.s3shard.image;

import java.time.Duration;

/**
 * The bounds of upkeep, RFC 0002; tests make them small.
 *
 * @param idleAfter so long after the last COMMIT an image counts as idle
 * @param bytesPerSecond so much is copied at most, unless writers wait
 * @param leastBytes a checkpoint may copy so much, or twice what it covers
 * @param idleBytes one of an idle image so much
 * @param slackBytes so much may be dead whatever is live
 */
public record UpkeepOptions(
    Duration idleAfter, long bytesPerSecond, long leastBytes, long idleBytes, long slackBytes) {
  public UpkeepOptions {
    if (idleAfter.isNegative()
        || bytesPerSecond < 1
        || leastBytes < 0
        || idleBytes < 0
        || slackBytes < 0) {
      throw new IllegalArgumentException("a bound of upkeep is negative");
    }
  }

  public static UpkeepOptions defaults() {
    return new UpkeepOptions(Duration.ofSeconds(10), 32L << 20, 8L << 20, 128L << 20, 64L << 20);
  }
}
