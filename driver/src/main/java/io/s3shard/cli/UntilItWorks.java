package io.s3shard.cli;

import io.s3shard.error.S3ShardException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something that a daemon does in the background, again and again until the bucket lets it. */
final class UntilItWorks {
  private static final Logger LOG = LoggerFactory.getLogger(UntilItWorks.class);

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private UntilItWorks() {}

  /**
   * @param what for the log: what does not work
   */
  static void start(String what, Runnable step) {
    Thread.ofVirtual().name(what).start(() -> repeat(what, step));
  }

  private static void repeat(String what, Runnable step) {
    while (true) {
      try {
        step.run();
        return;
      } catch (S3ShardException e) {
        LOG.warn("{} does not work yet: {}", what, e.getMessage());
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
