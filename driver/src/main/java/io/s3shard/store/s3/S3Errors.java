package io.s3shard.store.s3;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.PutOutcome;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What an answer of S3, or none, means: the one place where the store's errors are classified. */
final class S3Errors {
  /** Codes that some servers send with a status that says something else. */
  private static final Set<String> PASSING =
      Set.of(
          "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "ServiceUnavailable",
          "InternalError",
          "RequestTimeout",
          "Throttling",
          "ThrottlingException",
          "RequestLimitExceeded",
          "TooManyRequests",
          "BandwidthLimitExceeded",
          "OperationAborted",
          "IncompleteBody",
          "BadDigest",
          "XAmzContentSHA256Mismatch",
          "XAmzContentChecksumMismatch");

  private final String where;

  /**
   * @param where the bucket and its endpoint, for people
   */
  S3Errors(String where) {
    this.where = where;
  }

  /** What to throw for a failed get. {@code what} is for people: "get of volumes/…". */
  S3ShardException classifyGet(String what, RuntimeException failure) {
    if (answer(failure) instanceof AwsServiceException answer) {
      int status = answer.statusCode();
      if (status == 404 && !Remedies.isNoObject(code(answer))) {
        return new ObjectMissing(what + " failed, there is no such object in " + where);
      }
      if (status == 412) {
        return new ObjectMissing(what + " failed, it is another object by now in " + where);
      }
      if (status == 416) {
        return new Damaged(
            what + " failed, the object in " + where + " is truncated: it ends before the range");
      }
    }
    return classify(what, failure);
  }

  /** What to throw for a failed put, list or delete. */
  S3ShardException classify(String what, RuntimeException failure) {
    if (alreadyClassified(failure) instanceof S3ShardException known) {
      return known;
    }
    if (!(answer(failure) instanceof AwsServiceException answer)) {
      if (distrusts(failure)) {
        return distrusted(what, failure);
      }
      return new StoreUnavailable(
          what + " failed, " + where + " does not answer: " + reason(failure), failure);
    }
    if (passes(answer.statusCode(), code(answer))) {
      String message = what + " failed, " + where + " is away or busy: " + shown(answer);
      return throttles(answer)
          ? StoreUnavailable.throttled(message, answer)
          : new StoreUnavailable(message, answer);
    }
    return refused(what, answer);
  }

  /**
   * What a failed put-if-absent came to. Throws only what no later try can change and what
   * certainly wrote nothing.
   */
  PutOutcome settle(String what, RuntimeException failure) {
    if (alreadyClassified(failure) instanceof StoreRefused refused) {
      throw refused;
    }
    if (!(answer(failure) instanceof AwsServiceException answer)) {
      if (distrusts(failure)) {
        throw distrusted(what, failure);
      }
      return PutOutcome.UNKNOWN;
    }
    String code = code(answer);
    int status = answer.statusCode();
    if (status == 412) {
      return PutOutcome.LOST;
    }
    if (status == 501 || code.equals("NotImplemented")) {
      throw new StoreRefused(
          what
              + " was refused by "
              + where
              + ": the server lacks conditional puts (If-None-Match), which are needed:"
              + " upgrade it or use another one",
          answer);
    }
    // a delete at the same moment may answer 404 to a conditional put
    if (status == 404 && !Remedies.isNoObject(code) || passes(status, code)) {
      return PutOutcome.UNKNOWN;
    }
    throw refused(what, answer);
  }

  /** What to throw when a DeleteObjects reports that one key of many was not deleted. */
  S3ShardException undeleted(String key, @Nullable String code, @Nullable String message) {
    String what = "delete of " + key;
    String shown =
        (code == null ? "unknown" : code) + (message == null ? "" : ": " + oneLine(message));
    if (code != null && passes(0, code)) {
      String failed = what + " failed, " + where + " is away or busy: " + shown;
      return code.startsWith("SlowDown")
          ? StoreUnavailable.throttled(failed, null)
          : new StoreUnavailable(failed);
    }
    return new StoreRefused(
        what
            + " was refused by "
            + where
            + ": "
            + shown
            + ": allow s3:DeleteObject, take off Object Lock");
  }

  /** Whether the answer says that what was to be deleted is not there. */
  static boolean isMissingKey(RuntimeException failure) {
    return answer(failure) instanceof AwsServiceException answer
        && answer.statusCode() == 404
        && !Remedies.isNoObject(code(answer));
  }

  /**
   * Whether the server does not know how to delete many keys in one request, in the way that the
   * SDK asks it to.
   */
  static boolean lacksMultiDelete(RuntimeException failure) {
    if (!(answer(failure) instanceof AwsServiceException answer)) {
      return false;
    }
    return answer.statusCode() == 501
        || answer.statusCode() == 405
        || Set.of("NotImplemented", "MethodNotAllowed", "MissingContentMD5").contains(code(answer))
        || answer.statusCode() == 400
            && String.valueOf(answer.getMessage()).contains("Content-MD5");
  }

  private static boolean passes(int status, String code) {
    if (Remedies.isFinal(code)) {
      return false;
    }
    // any 409: versitygw answers ExistingObjectIsDirectory also to a put that meets the removal of
    // an
    // empty folder, and the next try succeeds
    boolean passingStatus =
        status == 408
            || status == 409
            || status == 429
            || status >= 500 && status != 501 && status != 507;
    return passingStatus || PASSING.contains(code);
  }

  /**
   * A plain 503 counts: that is how S3 says SlowDown. Fewer requests do no harm to a server that is
   * in trouble otherwise.
   */
  private static boolean throttles(AwsServiceException answer) {
    return answer.statusCode() == 503
        || answer.statusCode() == 429
        || answer.isThrottlingException();
  }

  private StoreRefused refused(String what, AwsServiceException answer) {
    String remedy = Remedies.of(answer.statusCode(), code(answer));
    return new StoreRefused(
        what + " was refused by " + where + ": " + remedy + " (" + shown(answer) + ")", answer);
  }

  /**
   * Whether the server's certificate is not to be trusted, so that nothing was sent. One that has
   * run out is an outage: that is put right without us.
   */
  private static boolean distrusts(Throwable failure) {
    return find(failure, CertificateExpiredException.class) == null
        && (find(failure, CertificateException.class) != null
            || find(failure, SSLPeerUnverifiedException.class) != null);
  }

  private StoreRefused distrusted(String what, Throwable failure) {
    return new StoreRefused(
        what
            + " was not sent, the certificate of "
            + where
            + " is not trusted: check the endpoint's name, or give its CA bundle"
            + " (AWS_CA_BUNDLE): "
            + reason(failure),
        failure);
  }

  private static @Nullable S3ShardException alreadyClassified(Throwable failure) {
    return find(failure, S3ShardException.class);
  }

  private static @Nullable AwsServiceException answer(Throwable failure) {
    return find(failure, AwsServiceException.class);
  }

  private static <T> @Nullable T find(@Nullable Throwable failure, Class<T> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    return null;
  }

  private static String code(AwsServiceException answer) {
    String code = answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
    return code == null ? "" : code;
  }

  private static String shown(AwsServiceException answer) {
    String code = code(answer);
    String message =
        answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorMessage();
    return (code.isEmpty() ? "status" : code)
        + " "
        + answer.statusCode()
        + (message == null ? "" : ", " + oneLine(message));
  }

  /** The innermost words: "Connection refused" says more than what the layers above made of it. */
  private static String reason(Throwable failure) {
    Throwable innermost = failure;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage() == null ? failure.getMessage() : innermost.getMessage();
    String name =
        innermost instanceof SdkException ? "" : innermost.getClass().getSimpleName() + ": ";
    return name + oneLine(String.valueOf(message));
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s+", " ").strip();
  }
}
