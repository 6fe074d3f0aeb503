package io.s3shard.store.s3;

import io.s3shard.error.StoreRefused;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/**
 * Builds the SDK's client: one try a request, no trailing checksums, time-outs that an outage test
 * can name.
 */
final class S3Clients {
  /**
   * A TCP and TLS handshake takes a few round trips; a host that has not answered by then is away.
   */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Silence on an open connection: S3's own p99.9 is under a second, a busy server of one's own may
   * take ten.
   */
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);

  /** One try in all: 64 MiB, the largest chunk, within it needs 1.1 MB/s. */
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(60);

  /**
   * Shorter than servers and load balancers keep idle connections (20 s and more): a request rarely
   * meets a dead one.
   */
  private static final Duration IDLE_CONNECTION = Duration.ofSeconds(15);

  /**
   * Above the 128 requests at once that the stack lets through, for the probe and for connections
   * on their way out.
   */
  private static final int MAX_CONNECTIONS = 160;

  private S3Clients() {}

  static S3Client build(
      S3Settings settings,
      Map<String, String> environment,
      FoundCredentials credentials,
      String where) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(http(settings, environment))
            .credentialsProvider(credentials)
            .region(region(settings, environment, where))
            .forcePathStyle(settings.pathStyle(environment))
            // signing in chunks would put the body into a framing that some servers get wrong, for
            // nothing
            .serviceConfiguration(
                S3Configuration.builder()
                    .chunkedEncodingEnabled(false)
                    .expectContinueEnabled(false)
                    .build())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(override -> {
              override
                  .retryStrategy(AwsRetryStrategy.doNotRetry())
                  .apiCallAttemptTimeout(ATTEMPT_TIMEOUT);
              settings.profile().ifPresent(override::defaultProfileName);
            });
    settings
        .endpoint(environment)
        .ifPresent(endpoint -> {
          builder.endpointOverride(endpoint);
          if ("http".equalsIgnoreCase(endpoint.getScheme())) {
            builder.putAuthScheme(new PlainSigning());
          }
        });
    return builder.build();
  }

  private static SdkHttpClient http(S3Settings settings, Map<String, String> environment) {
    Apache5HttpClient.Builder builder =
        Apache5HttpClient.builder()
            .maxConnections(MAX_CONNECTIONS)
            .connectionTimeout(CONNECT_TIMEOUT)
            .connectionAcquisitionTimeout(ATTEMPT_TIMEOUT)
            .socketTimeout(SOCKET_TIMEOUT)
            .connectionMaxIdleTime(IDLE_CONNECTION)
            .expectContinueEnabled(false)
            .tcpKeepAlive(true);
    CaBundle.of(settings, environment)
        .ifPresent(bundle -> builder.tlsTrustManagersProvider(bundle::trustManagers));
    return builder.build();
  }

  /**
   * As every AWS tool; on an endpoint of one's own the name hardly matters, and nobody asks an
   * instance's metadata for it.
   */
  private static Region region(S3Settings settings, Map<String, String> environment, String where) {
    Optional<String> named =
        settings
            .region()
            .or(() -> present(environment, "AWS_REGION"))
            .or(() -> present(environment, "AWS_DEFAULT_REGION"));
    if (named.isPresent()) {
      return Region.of(named.get());
    }
    Optional<URI> endpoint = settings.endpoint(environment);
    try {
      return endpoint.isPresent()
          ? new AwsProfileRegionProvider(null, settings.profile().orElse(null)).getRegion()
          : DefaultAwsRegionProviderChain.builder()
              .profileName(settings.profile().orElse(null))
              .build()
              .getRegion();
    } catch (SdkException e) {
      if (endpoint.isPresent()) {
        return Region.US_EAST_1;
      }
      throw new StoreRefused("no region for " + where + ": set AWS_REGION or give the region", e);
    }
  }

  private static Optional<String> present(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isBlank());
  }
}
