package io.s3shard.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where the bucket is, as far as the AWS environment and profile do not say it. Keys come from the
 * AWS chain only, never from here.
 */
final class StoreOptions {
  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "The server, if it is not AWS: http(s)://host:port. Else AWS_ENDPOINT_URL, else the profile's.")
  @Nullable String endpoint;

  @Option(
      names = "--region",
      description = "The region. Else AWS_REGION, else the profile's, else us-east-1.")
  @Nullable String region;

  @Option(
      names = "--path-style",
      description =
          "Address the bucket by path instead of by host name. The default where the endpoint is an address.")
  boolean pathStyle;

  @Option(
      names = "--profile",
      description = "The profile of ~/.aws/config to use. Else AWS_PROFILE.")
  @Nullable String profile;

  @Option(
      names = "--ca-bundle",
      paramLabel = "FILE",
      converter = Paths.Converter.class,
      description = "PEM file of authorities to trust instead of the system's.")
  @Nullable Path caBundle;
}
