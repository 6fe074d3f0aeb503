package io.s3shard.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen for what a controller does by itself. */
final class HousekeepingOptions {
  @Option(
      names = "--kubernetes",
      description =
          "Keep house for the cluster that this runs in: one of all controllers, by a lease, does regularly what"
              + " 's3shard gc' does, in each place that volumes lie in, and counts volumes that the cluster has no"
              + " object for.")
  boolean kubernetes;

  @Option(
      names = "--housekeeping-every",
      paramLabel = "DURATION",
      converter = Durations.Converter.class,
      description =
          "How often; 0s: never (default: 24h). The first time ten minutes after the start.")
  Duration every = Duration.ofHours(24);

  @Option(
      names = "--housekeeping-dry-run",
      description = "Only tell, in the log and the metrics, what would be deleted.")
  boolean dryRun;

  @Option(
      names = "--lease-namespace",
      paramLabel = "NAME",
      description = "Where the lease is (default: the namespace that this runs in).")
  @Nullable String leaseNamespace;
}
