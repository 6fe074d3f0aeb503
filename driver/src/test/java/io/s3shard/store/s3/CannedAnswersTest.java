package io.s3shard.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of a server means, answer by answer, and what is sent to it. */
final class CannedAnswersTest {
  private static final ObjectKey KEY = new ObjectKey("volumes/7/log/1");
  private static final Body BODY = Body.of("record".getBytes(UTF_8));

  private CannedServer server;
  private S3Store bucket;

  @BeforeEach
  void start() throws IOException {
    server = new CannedServer();
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "testsecret");
    bucket = at(server.endpoint());
  }

  @AfterEach
  void stop() {
    bucket.close();
    server.close();
  }

  private static S3Store at(URI endpoint) {
    return new S3Store(S3Settings.of("canned-bucket", "pre/fix").withEndpoint(endpoint), Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError", "502, BadGateway", "503, ServiceUnavailable", "503, SlowDown",
        "504, GatewayTimeout",
    "429, TooManyRequests", "408, RequestTimeout", "400, RequestTimeout", "409, OperationAborted",
        "400, BadDigest"
  })
  void whatPassesIsUnavailableAndSettlesNothing(int status, String code) {
    server.answers(CannedServer.status(status, code));
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    everythingElseIs(StoreUnavailable.class, code);
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, s3:PutObject",
    "401, Unauthorized, s3:PutObject",
    "403, InvalidAccessKeyId, access key",
    "403, SignatureDoesNotMatch, secret",
    "403, ExpiredToken, renew",
    "400, ExpiredToken, renew",
    "403, RequestTimeTooSkewed, clock",
    "404, NoSuchBucket, create it",
    "301, PermanentRedirect, region",
    "400, AuthorizationHeaderMalformed, region",
    "403, QuotaExceeded, quota",
    "507, XMinioStorageFull, room",
    "400, InvalidArgument, endpoint"
  })
  void whatNoRetryChangesIsRefusedWithTheRemedy(int status, String code, String remedy) {
    server.answers(CannedServer.status(status, code));
    assertThatThrownBy(() -> bucket.putIfAbsent(KEY, BODY, Purpose.LOG))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining(remedy);
    everythingElseIs(StoreRefused.class, remedy);
  }

  @Test
  void aServerWithoutConditionalPutsIsRefused() {
    server.answers(CannedServer.status(501, "NotImplemented"));
    assertThatThrownBy(() -> bucket.putIfAbsent(KEY, BODY, Purpose.LOG))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("If-None-Match")
        .satisfies(CannedAnswersTest::isOneLineThatSaysWhere);
  }

  @Test
  void aSlotThatIsTakenIsLost() {
    server.answers(CannedServer.status(412, "PreconditionFailed"));
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.LOST);
  }

  @ParameterizedTest
  @ValueSource(ints = {412, 404, 409, 500, 503, 429})
  void aBareStatusIsUnderstood(int status) {
    server.answers(CannedServer.bare(status));
    PutOutcome outcome = bucket.putIfAbsent(KEY, BODY, Purpose.LOG);
    assertThat(outcome).isEqualTo(status == 412 ? PutOutcome.LOST : PutOutcome.UNKNOWN);
  }

  @Test
  void aConflictSettlesNothing() {
    server.answers(CannedServer.status(409, "ConditionalRequestConflict"));
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    server.answers(CannedServer.status(404, "NoSuchKey"));
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
  }

  @Test
  void aMissingObjectAndAnotherObjectAreMissing() {
    server.answers(CannedServer.status(404, "NoSuchKey"));
    assertThatThrownBy(() -> bucket.get(KEY, Purpose.READ)).isInstanceOf(ObjectMissing.class);
    assertThatThrownBy(() -> bucket.get(KEY, new ByteRange(0, 9), Purpose.READ))
        .isInstanceOf(ObjectMissing.class);
    bucket.delete(List.of(KEY), Purpose.BACKGROUND);
    server.answers(CannedServer.bare(404));
    assertThatThrownBy(() -> bucket.get(KEY, Purpose.READ)).isInstanceOf(ObjectMissing.class);
    server.answers(CannedServer.status(412, "PreconditionFailed"));
    assertThatThrownBy(() -> bucket.getIfMatch(KEY, "\"x\"", Purpose.LOG))
        .isInstanceOf(ObjectMissing.class);
  }

  @Test
  void aRangeBeyondTheEndIsDamage() {
    server.answers(CannedServer.status(416, "InvalidRange"));
    assertThatThrownBy(() -> bucket.get(KEY, new ByteRange(9, 9), Purpose.READ))
        .isInstanceOf(Damaged.class);
    server.answers(CannedServer.body(206, "1234", Map.of("Content-Range", "bytes 0-3/4")));
    assertThatThrownBy(() -> bucket.get(KEY, new ByteRange(0, 9), Purpose.READ))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(KEY.value());
  }

  @Test
  void aServerWithoutRangesIsRefused() {
    server.answers(CannedServer.body(200, "0123456789", Map.of()));
    assertThatThrownBy(() -> bucket.get(KEY, new ByteRange(3, 4), Purpose.READ))
        .isInstanceOf(StoreRefused.class);
  }

  @Test
  void aConnectionThatEndsIsUnavailable() {
    server.answers(CannedServer.hangUp());
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    everythingElseIs(StoreUnavailable.class, "does not answer");
    server.answers(CannedServer.cutShort(200, "half of", 14));
    assertThatThrownBy(() -> bucket.get(KEY, Purpose.READ)).isInstanceOf(StoreUnavailable.class);
    server.answers(CannedServer.cutShort(206, "half of", 14));
    assertThatThrownBy(() -> bucket.get(KEY, new ByteRange(0, 14), Purpose.READ))
        .isInstanceOf(StoreUnavailable.class);
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() {
    server.close();
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    everythingElseIs(StoreUnavailable.class, "does not answer");
  }

  @Test
  void anInterruptIsUnknownAndStaysSet() {
    server.answers(CannedServer.bare(200));
    Thread.currentThread().interrupt();
    PutOutcome outcome = bucket.putIfAbsent(KEY, BODY, Purpose.LOG);
    boolean stillSet = Thread.interrupted();
    assertThat(outcome).isEqualTo(PutOutcome.UNKNOWN);
    assertThat(stillSet).isTrue();
    Thread.currentThread().interrupt();
    Throwable failure = catchThrowable(() -> bucket.get(KEY, Purpose.READ));
    stillSet = Thread.interrupted();
    assertThat(failure).isInstanceOf(StoreUnavailable.class);
    assertThat(stillSet).isTrue();
  }

  @Test
  void nothingIsSentTwice() {
    server.answers(CannedServer.status(503, "SlowDown"));
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    assertThat(server.requests()).hasSize(1);
    server.answers(CannedServer.hangUp());
    assertThat(bucket.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aPutIsOnePlainBodyWithItsChecksumInTheHead() {
    server.answers(CannedServer.body(200, "", Map.of("ETag", "\"e\"")));
    ByteBuffer first = ByteBuffer.allocateDirect(3).put("rec".getBytes(UTF_8)).flip();
    Body parts = Body.of(List.of(first, ByteBuffer.wrap("ord".getBytes(UTF_8))));
    assertThat(bucket.putIfAbsent(KEY, parts, Purpose.LOG)).isEqualTo(PutOutcome.WON);
    CannedServer.Request request = server.requests().getFirst();
    assertThat(request.method() + " " + request.target())
        .isEqualTo("PUT /canned-bucket/pre/fix/volumes/7/log/1");
    assertThat(request.body()).asString(UTF_8).isEqualTo("record");
    assertThat(request.headers())
        .containsEntry("if-none-match", "*")
        .containsEntry("content-length", "6")
        .containsEntry("x-amz-checksum-crc32c", GatheredBody.crc32c(BODY))
        .containsEntry("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .doesNotContainKeys("x-amz-trailer", "transfer-encoding", "content-encoding", "expect");
  }

  @Test
  void oneKeyThatCannotBeDeletedIsNamed() {
    server.answers(
        CannedServer.body(
            200,
            "<?xml version=\"1.0\"?><DeleteResult><Error><Key>pre/fix/b</Key><Code>AccessDenied</Code>"
                + "<Message>no</Message></Error></DeleteResult>",
            Map.of("Content-Type", "application/xml")));
    assertThatThrownBy(() ->
            bucket.delete(List.of(new ObjectKey("a"), new ObjectKey("b")), Purpose.BACKGROUND))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("b")
        .hasMessageContaining("AccessDenied");
  }

  @Test
  void aServerWithoutMultiDeleteGetsSingleDeletes() {
    server.answers(exchange -> {
      boolean many = "POST".equals(exchange.getRequestMethod());
      (many ? CannedServer.status(501, "NotImplemented") : CannedServer.bare(204)).to(exchange);
    });
    List<ObjectKey> keys = List.of(new ObjectKey("a"), new ObjectKey("b"), new ObjectKey("c"));
    bucket.delete(keys, Purpose.BACKGROUND);
    bucket.delete(keys, Purpose.BACKGROUND);
    assertThat(server.requests())
        .extracting(CannedServer.Request::method)
        .containsExactly("POST", "DELETE", "DELETE", "DELETE", "DELETE", "DELETE", "DELETE");
  }

  private void everythingElseIs(Class<? extends RuntimeException> type, String words) {
    List<Runnable> requests =
        List.of(
            () -> bucket.get(KEY, Purpose.READ),
            () -> bucket.get(KEY, new ByteRange(0, 1), Purpose.READ),
            () -> bucket.put(KEY, BODY, Purpose.FLUSH),
            () -> bucket.list("volumes/", null, 10, Purpose.MAP),
            () -> bucket.delete(List.of(KEY), Purpose.BACKGROUND),
            () -> bucket.delete(List.of(KEY, new ObjectKey("other")), Purpose.BACKGROUND));
    for (int i = 0; i < requests.size(); i++) {
      assertThatThrownBy(requests.get(i)::run)
          .as("request %d", i)
          .isInstanceOf(type)
          .hasMessageContaining(words)
          .satisfies(CannedAnswersTest::isOneLineThatSaysWhere);
    }
  }

  private static void isOneLineThatSaysWhere(Throwable failure) {
    assertThat(failure.getMessage())
        .doesNotContain("\n")
        .contains("canned-bucket")
        .contains("http://127.0.0.1:");
  }
}
