package io.s3shard.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Simulated trouble is not worth a line in the log. */
final class QuietLog {
  private QuietLog() {}

  static void quiet() {
    ((Logger) LoggerFactory.getLogger("io.s3shard")).setLevel(Level.OFF);
  }
}
