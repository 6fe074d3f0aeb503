package io.s3shard.cli;

import io.s3shard.format.ObjectFormat;
import picocli.CommandLine;

/**
 * What {@code --version} prints: the program's version, and the format's that it reads and writes.
 */
final class Version implements CommandLine.IVersionProvider {
  /** From the jar's manifest; a checkout has none. */
  static String program() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"s3shard " + program() + ", format " + ObjectFormat.VERSION};
  }
}
