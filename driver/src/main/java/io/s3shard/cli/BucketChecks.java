package io.s3shard.cli;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.VolumeMissing;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.volume.Prefix;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What volumes need of a bucket, and of the way to it. */
final class BucketChecks {
  /** S3 refuses signatures that are 15 minutes off. */
  private static final Duration CLOCK_FAIL = Duration.ofMinutes(15);

  private static final Duration CLOCK_WARN = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Surroundings surroundings;
  private final Location location;
  private final StoreOptions options;

  BucketChecks(Surroundings surroundings, Location location, StoreOptions options) {
    this.surroundings = surroundings;
    this.location = location;
    this.options = options;
  }

  List<Diagnosis> all() {
    List<Diagnosis> diagnoses = new ArrayList<>();
    diagnoses.add(clock());
    ObjectStore store = surroundings.stores().connect(location, options);
    Diagnosis reached = reached(store);
    diagnoses.add(reached);
    if (reached.result() == Diagnosis.Result.ok) {
      diagnoses.add(prefix(store));
    }
    return diagnoses;
  }

  private Diagnosis reached(ObjectStore store) {
    try {
      store.list("", null, 1, Purpose.MAP);
      return Diagnosis.ok("bucket", location.bucket() + " answers, and the credentials may list it");
    } catch (S3ShardException e) {
      return Diagnosis.fail("bucket", e);
    }
  }

  private Diagnosis prefix(ObjectStore store) {
    try {
      new Prefix(store, location.toString()).require();
      return Diagnosis.ok("prefix", location + " holds volumes of a format that this s3shard knows");
    } catch (VolumeMissing empty) {
      return Diagnosis.ok("prefix", location + " is empty and can be used");
    } catch (S3ShardException e) {
      return Diagnosis.fail("prefix", e);
    }
  }

  /** By the date of any answer of the server: no key is needed for that. */
  private Diagnosis clock() {
    Optional<Instant> theirs = serverTime();
    if (theirs.isEmpty()) {
      return Diagnosis.warn("clock", "the server did not tell its time", "compare this machine's clock with another one: date -u");
    }
    Duration off = Duration.between(theirs.get(), surroundings.execution().now()).abs();
    String message = "this machine's clock is " + off.toSeconds() + " s off the server's";
    if (off.compareTo(CLOCK_FAIL) >= 0) {
      return Diagnosis.fail("clock", message + ", which refuses requests", "set the clock (NTP)");
    }
    return off.compareTo(CLOCK_WARN) >= 0 ? Diagnosis.warn("clock", message, "set the clock (NTP)") : Diagnosis.ok("clock", message);
  }

  private Optional<Instant> serverTime() {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpRequest request = HttpRequest.newBuilder(endpoint()).timeout(PATIENCE).HEAD().build();
      return client
          .send(request, HttpResponse.BodyHandlers.discarding())
          .headers()
          .firstValue("date")
          .map(date -> ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private URI endpoint() {
    var environment = surroundings.environment();
    String named = environment.getOrDefault("AWS_ENDPOINT_URL_S3", environment.getOrDefault("AWS_ENDPOINT_URL", ""));
    String chosen = options.endpoint == null ? named : options.endpoint;
    return URI.create(chosen.isEmpty() ? "https://s3.amazonaws.com" : chosen);
  }
}
