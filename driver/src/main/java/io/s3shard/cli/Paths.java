package io.s3shard.cli;

import java.nio.file.Path;
import picocli.CommandLine;

/**
 * Paths as they were typed: relative to the folder in which the command was started, also in a
 * mount in the background.
 */
final class Paths {
  /**
   * The caller's working directory; a mount in the background has another, or it would keep the
   * caller's file system busy.
   */
  static final String CALLERS_FOLDER = "S3SHARD_CALLERS_FOLDER";

  private Paths() {}

  static Path absolute(String typed) {
    String folder = System.getenv(CALLERS_FOLDER);
    return Path.of(folder == null ? System.getProperty("user.dir") : folder)
        .resolve(typed)
        .normalize();
  }

  /** The converter of every option that is a path. */
  static final class Converter implements CommandLine.ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      return absolute(text);
    }
  }
}
