package io.s3shard.store;

import java.time.Duration;
import java.util.Optional;

/**
 * How a bucket is used.
 *
 * @param requestsAtOnce the most requests on their way at once, 4 to 128
 * @param outageDeadline after how long without an answer I/O fails; empty: it waits for ever
 */
public record StoreSettings(int requestsAtOnce, Optional<Duration> outageDeadline) {
  public static final StoreSettings DEFAULTS = new StoreSettings(128, Optional.empty());

  public StoreSettings {
    if (requestsAtOnce < 4 || requestsAtOnce > 128) {
      throw new IllegalArgumentException(
          requestsAtOnce + " requests at once: allowed are 4 to 128");
    }
    if (outageDeadline.isPresent()
        && (outageDeadline.get().isNegative() || outageDeadline.get().isZero())) {
      throw new IllegalArgumentException("outage deadline " + outageDeadline.get());
    }
  }
}
