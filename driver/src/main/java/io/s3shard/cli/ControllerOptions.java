package io.s3shard.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen for the part of a process that serves the CSI controller. */
final class ControllerOptions {
  @Option(
      names = "--volumes",
      paramLabel = "s3://BUCKET/PREFIX",
      converter = Location.Converter.class,
      description =
          "Where volumes lie whose storage class names no bucket (default: below --home, in volumes).")
  @Nullable Location volumes;

  @Option(
      names = "--controller-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description =
          "Where CA bundles of storage classes are kept as files (default: /tmp/s3shard).")
  Path folder = Path.of("/tmp/s3shard");
}
