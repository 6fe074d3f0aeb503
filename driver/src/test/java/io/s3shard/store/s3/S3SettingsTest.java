package io.s3shard.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.StoreRefused;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a bucket is, and what of the environment counts. */
final class S3SettingsTest {
  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:9000, true",
    "http://10.0.0.7, true",
    "http://[::1]:9000, true",
    "http://localhost:9000, true",
    "https://s3.example.com, false",
    "https://s3.eu-central-1.amazonaws.com, false"
  })
  void anAddressMeansPathStyle(String endpoint, boolean pathStyle) {
    assertThat(S3Settings.of("bucket", "").pathStyle(Map.of("AWS_ENDPOINT_URL", endpoint)))
        .isEqualTo(pathStyle);
    assertThat(S3Settings.of("bucket", "").withEndpoint(URI.create(endpoint)).pathStyle(Map.of()))
        .isEqualTo(pathStyle);
  }

  @Test
  void theChoiceOfTheUserComesFirst() {
    S3Settings chosen =
        new S3Settings(
            "bucket",
            "",
            Optional.of(URI.create("http://127.0.0.1:1")),
            Optional.empty(),
            Optional.of(false),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(chosen.pathStyle(Map.of())).isFalse();
    Map<String, String> environment =
        Map.of("AWS_ENDPOINT_URL", "http://a.example", "AWS_ENDPOINT_URL_S3", "http://b.example");
    assertThat(chosen.endpoint(environment)).contains(URI.create("http://127.0.0.1:1"));
    assertThat(S3Settings.of("bucket", "").endpoint(environment))
        .contains(URI.create("http://b.example"));
    assertThat(S3Settings.of("bucket", "").endpoint(Map.of("AWS_ENDPOINT_URL", ""))).isEmpty();
  }

  @Test
  void slashesAroundThePrefixDoNotCount() {
    assertThat(S3Settings.of("bucket", "/a/b//").keyPrefix()).isEqualTo("a/b/");
    assertThat(S3Settings.of("bucket", "/").keyPrefix()).isEmpty();
    assertThat(S3Settings.of("bucket", "x".repeat(200)).prefix()).hasSize(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "UPPER/lower", "with space", "-x", "ümlaut"})
  void aBadBucketNameIsSaid(String bucket) {
    assertThatThrownBy(() -> S3Settings.of(bucket, ""))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("bucket");
  }

  @Test
  void aBadPrefixIsSaid() {
    assertThatThrownBy(() -> S3Settings.of("bucket", "x".repeat(201)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("200");
    assertThatThrownBy(() -> S3Settings.of("bucket", "ü")).isInstanceOf(InvalidRequest.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3.example.com", "ftp://x.example", "http://", "http://a b", "localhost:9000"})
  void aBadEndpointIsSaid(String endpoint) {
    assertThatThrownBy(() -> S3Settings.endpointOf(endpoint))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("https://");
  }

  @Test
  void aBadCaBundleIsSaid(@TempDir Path folder) throws Exception {
    Path empty = Files.createFile(folder.resolve("empty.pem"));
    for (Path file :
        new Path[] {
          empty,
          folder.resolve("missing.pem"),
          Files.writeString(folder.resolve("x.pem"), "no certificate")
        }) {
      assertThatThrownBy(() ->
              new S3Store(
                      S3Settings.of("bucket", "").withEndpoint(URI.create("https://127.0.0.1:1")),
                      Map.of("AWS_CA_BUNDLE", file.toString()))
                  .close())
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void withoutCredentialsNothingIsSent() throws IOException {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.setProperty("aws.disableEc2Metadata", "true");
    try (CannedServer server = new CannedServer();
        S3Store store = new S3Store(noProfile(server.endpoint()), Map.of())) {
      assertThatThrownBy(() -> store.get(new ObjectKey("k"), Purpose.READ))
          .isInstanceOf(StoreRefused.class)
          .hasMessageContaining("AWS_ACCESS_KEY_ID")
          .hasMessageContaining(server.endpoint().toString());
      assertThatThrownBy(
              () -> store.putIfAbsent(new ObjectKey("k"), Body.of(new byte[1]), Purpose.LOG))
          .isInstanceOf(StoreRefused.class);
      assertThat(server.requests()).isEmpty();
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
    }
  }

  /** A profile that nobody has hides those of whoever runs the test. */
  private static S3Settings noProfile(URI endpoint) {
    return new S3Settings(
        "bucket",
        "",
        Optional.of(endpoint),
        Optional.empty(),
        Optional.empty(),
        Optional.of("s3shard-test-none"),
        Optional.empty(),
        Optional.empty());
  }
}
