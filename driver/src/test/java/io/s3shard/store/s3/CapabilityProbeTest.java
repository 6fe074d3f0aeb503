package io.s3shard.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.ThreadExecution;
import io.s3shard.store.Finding;
import io.s3shard.store.Finding.Verdict;
import io.s3shard.store.Purpose;
import io.s3shard.testing.S3Server;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the probe says about buckets of a real server, and about ones that refuse. */
final class CapabilityProbeTest {
  private final ThreadExecution execution = new ThreadExecution();

  @Test
  @Tag("s3")
  void aRealServerIsFine() {
    try (S3Server server = S3Server.started();
        S3Store bucket = new S3Store(server.settings("probed"))) {
      List<Finding> findings = new CapabilityProbe(bucket, execution).run();
      assertThat(findings)
          .extracting(Finding::about)
          .containsExactly(
              "access",
              "conditional puts",
              "listings",
              "ranged gets",
              "conditional gets",
              "lifecycle rules",
              "versioning",
              "object lock",
              "clock");
      assertThat(findings)
          .noneMatch(finding ->
              finding.verdict() == Verdict.FAILURE || finding.verdict() == Verdict.WARNING);
      assertThat(findings.subList(0, 5)).allMatch(finding -> finding.verdict() == Verdict.OK);
      assertThat(findings.getLast()).isEqualTo(CapabilityProbe.skew(Duration.ZERO));
      assertThat(bucket.list("", null, 10, Purpose.MAP)).isEmpty();
    }
  }

  @Test
  @Tag("s3")
  void versioningHasAPrice(@TempDir Path versions) {
    try (S3Server server = S3Server.started("--versioning-dir", versions.toString());
        S3Store bucket = new S3Store(server.settings("probed"))) {
      bucket
          .client()
          .putBucketVersioning(request ->
              request.bucket(S3Server.BUCKET).versioningConfiguration(on -> on.status("Enabled")));
      List<Finding> findings = new CapabilityProbe(bucket, execution).run();
      assertThat(findings)
          .filteredOn(finding -> finding.about().equals("versioning"))
          .singleElement()
          .satisfies(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.WARNING));
    }
  }

  @Test
  void whoMayNotEnterLearnsWhy() throws IOException {
    System.setProperty("aws.accessKeyId", "s3shardtest");
    System.setProperty("aws.secretAccessKey", "s3shardtestsecret");
    try (CannedServer server = new CannedServer();
        S3Store bucket = at(server.endpoint())) {
      server.answers(CannedServer.status(403, "SignatureDoesNotMatch"));
      assertThat(new CapabilityProbe(bucket, execution).run())
          .singleElement()
          .satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.FAILURE);
            assertThat(finding.message())
                .contains("check the access key")
                .contains(server.endpoint().toString());
          });
    }
  }

  @Test
  void aClockThatIsOffIsSaid() {
    assertThat(CapabilityProbe.skew(Duration.ofMinutes(4)).verdict()).isEqualTo(Verdict.OK);
    assertThat(CapabilityProbe.skew(Duration.ofMinutes(-6)).message()).contains("6 min behind");
    assertThat(CapabilityProbe.skew(Duration.ofMinutes(90)).message()).contains("90 min ahead");
    assertThat(CapabilityProbe.skew(Duration.ofMinutes(90)).verdict()).isEqualTo(Verdict.WARNING);
  }

  private static S3Store at(URI endpoint) {
    return new S3Store(S3Settings.of("bucket", "p").withEndpoint(endpoint), Map.of());
  }
}
