package io.s3shard.store.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3shard.error.Damaged;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that tempt to a wrong conclusion. */
final class S3DoubtTest {
  private static final ObjectKey KEY = new ObjectKey("volumes/1/data/2");
  private static final Body BODY = Body.of(new byte[] {1, 2, 3});

  private CannedServer server;
  private S3Store store;

  @BeforeEach
  void open() throws IOException {
    System.setProperty("aws.accessKeyId", "s3shardtest");
    System.setProperty("aws.secretAccessKey", "s3shardtestsecret");
    server = new CannedServer();
    store = new S3Store(S3Settings.of("bucket", "p").withEndpoint(server.endpoint()), Map.of());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError, false",
    "503, SlowDown, true",
    "503, ServiceUnavailable, true",
    "429, TooManyRequests, true",
    "502, BadGateway, false",
    "400, RequestTimeout, false"
  })
  void onlyThrottlingAsksForFewerRequests(int status, String code, boolean throttled) {
    server.answers(CannedServer.status(status, code));
    Throwable failure = catchThrowable(() -> store.get(KEY, Purpose.READ));
    assertThat(failure).isInstanceOf(StoreUnavailable.class);
    assertThat(((StoreUnavailable) failure).isThrottled()).isEqualTo(throttled);
  }

  /**
   * versitygw says this when a put meets the removal of an empty folder: read as a refusal it would
   * poison a volume for nothing.
   */
  @Test
  void aConflictOfFoldersPasses() {
    server.answers(CannedServer.status(409, "ExistingObjectIsDirectory"));
    assertThatThrownBy(() -> store.put(KEY, BODY, Purpose.FLUSH))
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("ExistingObjectIsDirectory");
    assertThat(store.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
  }

  @Test
  void aHugeObjectIsNotOurs() {
    server.answers(exchange -> {
      exchange.sendResponseHeaders(200, 1L << 40);
      exchange.getResponseBody().write(new byte[10]);
      exchange.getResponseBody().flush();
      throw new IOException("hang up");
    });
    assertThatThrownBy(() -> store.get(KEY, Purpose.READ))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("not ours");
  }

  /**
   * A connection that was kept open, and is found dead by the next request: HTTP clients like to
   * send that one again.
   */
  @Test
  void aRequestOnADeadConnectionIsNotSentAgain() throws IOException {
    try (HangingUpServer hangingUp = new HangingUpServer();
        S3Store cut =
            new S3Store(
                S3Settings.of("bucket", "p").withEndpoint(hangingUp.endpoint()), Map.of())) {
      assertThat(cut.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.WON);
      assertThat(cut.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
      assertThat(hangingUp.requests()).isEqualTo(2);
      assertThat(cut.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.WON);
      assertThatThrownBy(() -> cut.put(KEY, BODY, Purpose.FLUSH))
          .isInstanceOf(StoreUnavailable.class);
      assertThat(hangingUp.requests()).isEqualTo(4);
    }
  }

  @Test
  void oneKeyOfManyThatFailsForAMomentIsUnavailable() {
    server.answers(deleted("SlowDown"));
    Throwable failure =
        catchThrowable(() -> store.delete(List.of(KEY, new ObjectKey("b")), Purpose.BACKGROUND));
    assertThat(failure).isInstanceOf(StoreUnavailable.class);
    assertThat(((StoreUnavailable) failure).isThrottled()).isTrue();
    server.answers(deleted("NoSuchKey"));
    store.delete(List.of(KEY, new ObjectKey("b")), Purpose.BACKGROUND);
  }

  @Test
  void theChecksumIsTheOneOfTheCatalogue() {
    // the check value of CRC-32C is e3069283
    assertThat(GatheredBody.crc32c(Body.of("123456789".getBytes(US_ASCII)))).isEqualTo("4waSgw==");
  }

  private static CannedServer.Answer deleted(String code) {
    String xml =
        "<DeleteResult><Error><Key>p/b</Key><Code>"
            + code
            + "</Code><Message>No</Message></Error></DeleteResult>";
    return CannedServer.body(200, xml, Map.of("Content-Type", "application/xml"));
  }
}
