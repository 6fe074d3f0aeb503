package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one does with claims, on two nodes. */
@InstalledTest
@Tag("core")
class VolumeTest {
  private final KubernetesClient client;
  private final Snapshots snapshots;
  private final Cluster cluster;
  private Workload workload;

  VolumeTest(Cluster cluster) {
    this.cluster = cluster;
    client = cluster.client();
    snapshots = new Snapshots(cluster);
  }

  @BeforeEach
  void namespace() {
    workload = new Workload(cluster, "volumes");
  }

  @AfterEach
  void takeAway() {
    workload.close();
  }

  @Test
  void whatOnePodWroteItsSuccessorOnTheOtherNodeReads() throws Exception {
    workload.claim("claim", "s3shard", "1Gi");
    workload.pod("writer", "claim", "server");
    workload.run("writer", "head -c 20M /dev/urandom >/data/file && sync");
    String sum = workload.run("writer", "sha256sum </data/file");
    workload.deletePod("writer");
    workload.pod("reader", "claim", "agent");
    assertThat(workload.run("reader", "sha256sum </data/file")).isEqualTo(sum);
    workload.run("reader", "rm /data/file && echo more >/data/more && sync");
  }

  @Test
  void aMountedVolumeGrowsWithItsClaim() throws Exception {
    workload.claim("claim", "s3shard-xfs", "512Mi");
    workload.pod("pod", "claim", "agent");
    workload.run("pod", "echo kept >/data/file");
    client
        .persistentVolumeClaims()
        .inNamespace(workload.namespace())
        .withName("claim")
        .edit(claim ->
            new PersistentVolumeClaimBuilder(claim)
                .editSpec()
                .editResources()
                .addToRequests("storage", new Quantity("2Gi"))
                .endResources()
                .endSpec()
                .build());
    client
        .persistentVolumeClaims()
        .inNamespace(workload.namespace())
        .withName("claim")
        .waitUntilCondition(
            claim -> new Quantity("2Gi").equals(claim.getStatus().getCapacity().get("storage")),
            4,
            TimeUnit.MINUTES);
    assertThat(megabytes("pod")).isBetween(1800L, 2048L);
    assertThat(workload.run("pod", "cat /data/file")).isEqualTo("kept");
  }

  @Test
  void snapshotsAreRestoredAndClaimsCloned() throws Exception {
    workload.claim("claim", "s3shard", "1Gi");
    workload.pod("pod", "claim", "server");
    workload.run("pod", "echo before >/data/file && sync");
    snapshots.take(workload.namespace(), "snapshot", "claim");
    workload.run("pod", "echo after >/data/file && sync");
    workload.claim("restored", "s3shard", "1Gi", from("VolumeSnapshot", "snapshot"));
    workload.claim("clone", "s3shard", "2Gi", from("PersistentVolumeClaim", "claim"));
    workload.pod("of-restored", "restored", "agent");
    workload.pod("of-clone", "clone", "agent");
    assertThat(workload.run("of-restored", "cat /data/file")).isEqualTo("before");
    assertThat(workload.run("of-clone", "cat /data/file")).isEqualTo("after");
    assertThat(megabytes("of-clone")).as("it grows at the first mount").isGreaterThan(1800L);
    assertThat(workload.run("pod", "cat /data/file")).isEqualTo("after");
    snapshots.delete(workload.namespace(), "snapshot");
    assertThat(workload.run("of-restored", "cat /data/file")).isEqualTo("before");
  }

  private long megabytes(String pod) throws Exception {
    return Long.parseLong(workload.run(pod, "df -m --output=size /data | tail -n 1").strip());
  }

  private static Consumer<PersistentVolumeClaimBuilder> from(String kind, String name) {
    return claim -> {
      var source = claim.editSpec().withNewDataSource().withKind(kind).withName(name);
      if (kind.equals("VolumeSnapshot")) {
        source.withApiGroup("snapshot.storage.k8s.io");
      }
      source.endDataSource().endSpec();
    };
  }
}
