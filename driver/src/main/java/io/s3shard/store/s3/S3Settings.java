package io.s3shard.store.s3;

import io.s3shard.error.InvalidRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket is and how to talk to it. What is empty is taken from where every AWS tool takes
 * it: environment, profile, or a default.
 *
 * @param bucket its name
 * @param prefix of all keys, without slashes at its ends; may be empty; at most {@value
 *     #MAX_PREFIX_BYTES} bytes
 * @param endpoint an {@code http} or {@code https} URL; empty: AWS_ENDPOINT_URL_S3,
 *     AWS_ENDPOINT_URL, the profile's, or Amazon's
 * @param pathStyle whether the bucket's name goes into the path; empty: when the endpoint is an
 *     address or localhost
 * @param caBundle a PEM file of the only authorities to trust; empty: AWS_CA_BUNDLE, or Java's own
 * @param keys to sign with; empty: what the chain of every AWS tool finds
 */
public record S3Settings(
    String bucket,
    String prefix,
    Optional<URI> endpoint,
    Optional<String> region,
    Optional<Boolean> pathStyle,
    Optional<String> profile,
    Optional<Path> caBundle,
    Optional<AccessKeys> keys) {

  /** S3 allows keys of 1,024 bytes; this leaves room for the longest percent-encoded name. */
  public static final int MAX_PREFIX_BYTES = 200;

  public S3Settings {
    if (!bucket.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,254}")) {
      throw new InvalidRequest(
          "\"" + bucket + "\" is no name of a bucket: give 3 to 63 of a-z, 0-9, '.' and '-'");
    }
    prefix = prefix.replaceAll("^/+|/+$", "");
    if (prefix.getBytes(StandardCharsets.UTF_8).length > MAX_PREFIX_BYTES) {
      throw new InvalidRequest(
          "the prefix \""
              + prefix
              + "\" is longer than "
              + MAX_PREFIX_BYTES
              + " bytes: shorten it");
    }
    if (!prefix.matches("[\\x21-\\x7e]*")) {
      throw new InvalidRequest(
          "the prefix \"" + prefix + "\" has characters outside visible ASCII: choose another one");
    }
    endpoint.ifPresent(S3Settings::checkEndpoint);
  }

  /** A bucket found by the environment alone. */
  public static S3Settings of(String bucket, String prefix) {
    return new S3Settings(
        bucket,
        prefix,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public S3Settings withEndpoint(URI url) {
    return new S3Settings(
        bucket, prefix, Optional.of(url), region, pathStyle, profile, caBundle, keys);
  }

  public S3Settings withPrefix(String other) {
    return new S3Settings(bucket, other, endpoint, region, pathStyle, profile, caBundle, keys);
  }

  /** What stands before every key: the prefix and a slash, or nothing. */
  String keyPrefix() {
    return prefix.isEmpty() ? "" : prefix + "/";
  }

  /**
   * The endpoint of these settings or of the environment; empty when it is Amazon's or a profile's.
   */
  Optional<URI> endpoint(Map<String, String> environment) {
    return endpoint
        .or(() -> named(environment, "AWS_ENDPOINT_URL_S3"))
        .or(() -> named(environment, "AWS_ENDPOINT_URL"));
  }

  /** Whether the bucket's name goes into the path: an address has no subdomains. */
  boolean pathStyle(Map<String, String> environment) {
    return pathStyle.orElseGet(
        () -> endpoint(environment).map(S3Settings::isAddress).orElse(false));
  }

  private static Optional<URI> named(Map<String, String> environment, String variable) {
    String value = environment.getOrDefault(variable, "");
    return value.isBlank() ? Optional.empty() : Optional.of(endpointOf(value));
  }

  /** An endpoint as a person types it. @throws InvalidRequest */
  public static URI endpointOf(String text) {
    try {
      URI url = new URI(text.strip());
      checkEndpoint(url);
      return url;
    } catch (URISyntaxException e) {
      throw new InvalidRequest(
          "\"" + text + "\" is no endpoint: give a URL like https://s3.example.com", e);
    }
  }

  private static void checkEndpoint(URI url) {
    @Nullable String scheme = url.getScheme();
    if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new InvalidRequest(
          "\"" + url + "\" is no endpoint: give a URL like https://s3.example.com");
    }
  }

  private static boolean isAddress(URI url) {
    String host = url.getHost();
    return host.equals("localhost") || host.startsWith("[") || host.matches("[0-9]+(\\.[0-9]+){3}");
  }
}
