package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.ThreadExecution;
import io.s3shard.testing.S3Server;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What can be wrong with a bucket or the way to it: one line with the remedy, the right exit code,
 * and nothing written.
 */
class BadBucketTest {
  private static final String PREFIX = "s3://bucket/p";

  private final CommandRun command =
      new CommandRun(new Composition(new ThreadExecution(), Map.of()));

  @BeforeEach
  void haveCredentials() {
    System.setProperty("aws.accessKeyId", "key");
    System.setProperty("aws.secretAccessKey", "secret");
  }

  private void assertFails(int exit, String... parts) {
    assertThat(command.err().lines())
        .singleElement()
        .asString()
        .startsWith("s3shard: ")
        .contains(parts);
    assertThat(command.exit()).isEqualTo(exit);
    assertThat(command.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "403, InvalidAccessKeyId, 6, check the access key and its secret",
    "403, SignatureDoesNotMatch, 6, check the access key and its secret",
    "403, AccessDenied, 6, 'allow s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket'",
    "403, RequestTimeTooSkewed, 6, this machine's clock is wrong: set it (NTP)",
    "404, XAdminUserNotFound, 6, check the access key and its secret",
    "404, NoSuchBucket, 6, 'there is no such bucket: create it, or check its name and the endpoint'",
    "400, ExpiredToken, 6, the credentials have expired: renew them"
  })
  void whatTheServerRefusesIsSaidWithTheRemedy(int status, String code, int exit, String remedy)
      throws IOException {
    try (TinyS3 server = new TinyS3(TinyS3.ConditionalPuts.KEPT)) {
      server.fails(status, code);
      for (List<String> use :
          List.of(
              List.of("ls", PREFIX),
              List.of("info", PREFIX, "a"),
              List.of("create", PREFIX, "a", "--size", "1GiB"))) {
        command.with("S3SHARD_ENDPOINT", server.endpoint()).run(use.toArray(String[]::new));
        assertFails(exit, remedy, code);
      }
      command.run("doctor", PREFIX);
      assertThat(command.out()).containsPattern("fail +bucket +.*" + code);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TinyS3.ConditionalPuts.class,
      names = {"IGNORED", "REFUSED"})
  void aBucketWithoutConditionalPutsIsRefusedAndLeftEmpty(TinyS3.ConditionalPuts lacking)
      throws IOException {
    try (TinyS3 server = new TinyS3(lacking)) {
      command.with("S3SHARD_ENDPOINT", server.endpoint());
      command.run("create", PREFIX, "a", "--size", "1GiB");
      assertFails(6, PREFIX + " can't hold volumes: conditional puts: ", "use another");
      command.run("ls", PREFIX);
      assertFails(3, "holds no volumes");
      command.run("doctor", PREFIX);
      assertThat(command.out()).containsPattern("fail +conditional puts");
      assertThat(command.exit()).isEqualTo(6);
    }
  }

  @Test
  void aGoodServerIsTaken() throws IOException {
    try (TinyS3 server = new TinyS3(TinyS3.ConditionalPuts.KEPT)) {
      command
          .with("S3SHARD_ENDPOINT", server.endpoint())
          .run("create", PREFIX, "a", "--size", "1GiB", "-o", "name");
      assertThat(command.err()).isEmpty();
      assertThat(command.out()).isEqualTo("a\n");
    }
  }

  @Test
  void badEndpointsAndBucketsAreRefusedBeforeAnythingIsSent() {
    command.with("S3SHARD_ENDPOINT", "localhost:9000").run("ls", PREFIX);
    assertFails(2, "\"localhost:9000\" is no endpoint: give a URL like https://s3.example.com");
    command.with("S3SHARD_ENDPOINT", "http://127.0.0.1:1").run("ls", "s3://bad_bucket!/p");
    assertFails(2, "\"bad_bucket!\" is no name of a bucket");
    command.run("ls", "s3://bucket/" + "x".repeat(201));
    assertFails(2, "is longer than 200 bytes: shorten it");
  }

  @Test
  @Tag("s3")
  void aRealServerSaysTheSame() {
    try (S3Server server = S3Server.started()) {
      command
          .with("S3SHARD_ENDPOINT", server.endpoint().toString())
          .run("ls", "s3://" + S3Server.BUCKET + "/p");
      assertFails(6, "check the access key and its secret");
      System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
      System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
      command.run("ls", "s3://no-such-bucket/p");
      assertFails(6, "there is no such bucket: create it, or check its name and the endpoint");
      command.run("ls", "s3://" + S3Server.BUCKET + "/p");
      assertFails(3, "s3://test-bucket/p holds no volumes");
      assertThat(
              command.run("create", "s3://" + S3Server.BUCKET + "/p", "a", "--size", "1GiB").exit())
          .isZero();
      assertThat(command.run("doctor", "s3://" + S3Server.BUCKET + "/p").out())
          .containsPattern("ok +conditional puts")
          .containsPattern("ok +bucket")
          .containsPattern("ok +prefix");
    }
  }
}
