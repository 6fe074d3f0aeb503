package io.s3shard.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Tells the logging library what to log, in which form and where, before it starts: {@code
 * logback.xml} reads these properties.
 */
final class LogSetup {
  /** How much is logged. */
  enum Level {
    error,
    warn,
    info,
    debug,
    trace
  }

  /** Lines for people, or a JSON object a line. */
  enum Format {
    text,
    json
  }

  private LogSetup() {}

  /** {@code file} null: to stderr. */
  static void apply(Level level, Format format, @Nullable Path file) {
    System.setProperty("s3shard.log.level", level.name());
    System.setProperty("s3shard.log.appender", format.name() + (file == null ? "" : "-file"));
    if (file != null) {
      System.setProperty("s3shard.log.file", file.toString());
    }
  }
}
