package io.s3shard.store.s3;

import io.s3shard.execution.Execution;
import io.s3shard.store.BehaviourProbe;
import io.s3shard.store.Finding;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;

/**
 * Whether a bucket is fit for volumes: what it does (tried out on scratch objects), and how it is
 * configured, as far as the credentials may see that and the server knows it.
 */
public final class CapabilityProbe {
  /**
   * Amazon refuses requests whose time is 15 minutes off; a third of that is a clock that nobody
   * keeps.
   */
  private static final Duration TOLERATED_SKEW = Duration.ofMinutes(5);

  /** How servers say that something was never configured. */
  private static final Set<String> NOT_CONFIGURED =
      Set.of(
          "NoSuchLifecycleConfiguration",
          "ObjectLockConfigurationNotFoundError",
          "NoSuchObjectLockConfiguration");

  private final S3Store bucket;
  private final Execution execution;
  private final S3Client client;
  private final String name;

  public CapabilityProbe(S3Store bucket, Execution execution) {
    this.bucket = bucket;
    this.execution = execution;
    this.client = bucket.client();
    this.name = bucket.settings().bucket();
  }

  /**
   * One finding for each thing that was looked at; one alone if the bucket can't be used at all.
   */
  public List<Finding> run() {
    List<Finding> findings = new ArrayList<>(new BehaviourProbe(bucket, execution).run());
    if (findings.size() > 1) {
      findings.add(configured("lifecycle rules", "there are none", this::lifecycle));
      findings.add(configured("versioning", "off", this::versioning));
      findings.add(configured("object lock", "off", this::objectLock));
      findings.add(configured("clock", "", this::clock));
    }
    return List.copyOf(findings);
  }

  private Finding lifecycle() {
    return LifecycleRules.judge(
        client.getBucketLifecycleConfiguration(request -> request.bucket(name)).rules(),
        bucket.settings().keyPrefix());
  }

  private Finding versioning() {
    return client.getBucketVersioning(request -> request.bucket(name)).status()
            == BucketVersioningStatus.ENABLED
        ? Finding.warning(
            "versioning",
            "on: deleted data goes on to cost; switch it off, or add a lifecycle rule that deletes noncurrent versions")
        : Finding.ok("versioning", "off");
  }

  private Finding objectLock() {
    var configuration =
        client
            .getObjectLockConfiguration(request -> request.bucket(name))
            .objectLockConfiguration();
    return configuration != null && configuration.objectLockEnabled() == ObjectLockEnabled.ENABLED
        ? Finding.warning(
            "object lock", "on: nothing is really deleted before its time; use a bucket without it")
        : Finding.ok("object lock", "off");
  }

  private Finding clock() {
    Optional<String> date =
        client
            .listObjectsV2(
                request -> request.bucket(name).prefix(bucket.settings().keyPrefix()).maxKeys(1))
            .sdkHttpResponse()
            .firstMatchingHeader("Date");
    return date.flatMap(CapabilityProbe::time)
        .map(server -> skew(Duration.between(server, execution.now())))
        .orElse(Finding.unknown("clock", "the server does not tell its time"));
  }

  static Finding skew(Duration ahead) {
    return ahead.abs().compareTo(TOLERATED_SKEW) > 0
        ? Finding.warning(
            "clock",
            "this machine's is "
                + ahead.abs().toMinutes()
                + " min "
                + (ahead.isNegative() ? "behind" : "ahead of")
                + " the server's: set it (NTP), or requests will be refused")
        : Finding.ok("clock", "within " + TOLERATED_SKEW.toMinutes() + " min of the server's");
  }

  private static Optional<Instant> time(String header) {
    try {
      return Optional.of(
          ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /**
   * What is not known or not allowed to be seen is said so: it is no reason to refuse a bucket that
   * works.
   */
  private static Finding configured(String about, String absent, Supplier<Finding> check) {
    try {
      return check.get();
    } catch (AwsServiceException e) {
      String code =
          e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
      if (NOT_CONFIGURED.contains(code)) {
        return Finding.ok(about, absent);
      }
      String reason =
          e.statusCode() == 403 ? "these credentials may not see it" : "the server does not tell";
      return Finding.unknown(
          about, reason + " (" + code + " " + e.statusCode() + "): look yourself");
    } catch (SdkException e) {
      return Finding.unknown(about, "no answer: " + e.getClass().getSimpleName());
    }
  }
}
