package io.s3shard.cli;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.store.Finding;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.volume.Prefix;
import java.util.ArrayList;
import java.util.List;

/** What volumes need of a bucket, and of the way to it. */
final class BucketChecks {
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
    ObjectStore store = surroundings.stores().connect(location, options);
    Diagnosis reached = reached(store);
    diagnoses.add(reached);
    if (reached.result() == Diagnosis.Result.ok) {
      Diagnosis prefix = prefix(store);
      diagnoses.add(prefix);
      if (prefix.result() == Diagnosis.Result.ok) {
        // a foreign prefix gets no scratch objects
        diagnoses.addAll(behaviour());
      }
    }
    return diagnoses;
  }

  private List<Diagnosis> behaviour() {
    try {
      return surroundings.stores().probe(location, options).stream()
          .map(BucketChecks::diagnosis)
          .toList();
    } catch (StoreUnavailable e) {
      return List.of(Diagnosis.fail("access", e));
    }
  }

  private static Diagnosis diagnosis(Finding finding) {
    return switch (finding.verdict()) {
      case OK -> Diagnosis.ok(finding.about(), finding.message());
      case UNKNOWN, WARNING -> Diagnosis.warn(finding.about(), finding.message(), "");
      case FAILURE -> Diagnosis.fail(finding.about(), new StoreRefused(finding.message()));
    };
  }

  private Diagnosis reached(ObjectStore store) {
    try {
      store.list("", null, 1, Purpose.MAP);
      return Diagnosis.ok(
          "bucket", location.bucket() + " answers, and the credentials may list it");
    } catch (S3ShardException e) {
      return Diagnosis.fail("bucket", e);
    }
  }

  private Diagnosis prefix(ObjectStore store) {
    try {
      boolean claimed = new Prefix(store, location.toString()).isClaimed();
      return Diagnosis.ok(
          "prefix",
          location
              + (claimed ? " holds volumes of a format that this s3shard knows" : " is empty"));
    } catch (S3ShardException e) {
      return Diagnosis.fail("prefix", e);
    }
  }
}
