package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kinds of volumes, and what is refused, with the event that says why. */
@InstalledTest
class KindsTest {
  private final Cluster cluster;
  private Workload workload;

  KindsTest(Cluster cluster) {
    this.cluster = cluster;
  }

  @BeforeEach
  void namespace() {
    workload = new Workload(cluster, "kinds");
  }

  @AfterEach
  void takeAway() {
    workload.close();
  }

  @ParameterizedTest
  @CsvSource({"s3shard, ext4", "s3shard-xfs, xfs", "s3shard-btrfs, btrfs", "s3shard-late, ext4"})
  void fileSystemsBelongToTheGroupOfThePod(String storageClass, String type) throws Exception {
    workload.claim("claim", storageClass, "1Gi");
    workload.pod(
        "pod",
        "claim",
        "agent",
        pod ->
            pod.editSpec()
                .withNewSecurityContext()
                .withFsGroup(4321L)
                .endSecurityContext()
                .editFirstContainer()
                .editSecurityContext()
                .withRunAsUser(1234L)
                .endSecurityContext()
                .endContainer()
                .endSpec());
    assertThat(workload.run("pod", "grep ' /data ' /proc/mounts | cut -d ' ' -f 3"))
        .isEqualTo(type);
    assertThat(workload.run("pod", "touch /data/file && stat -c '%u %g' /data/file"))
        .isEqualTo("1234 4321");
  }

  @Test
  void aRawDeviceMovesToTheOtherNode() throws Exception {
    workload.claim(
        "claim", "s3shard", "64Mi", claim -> claim.editSpec().withVolumeMode("Block").endSpec());
    blockPod("writer", "server");
    workload.run("writer", "echo written | dd of=/dev/volume bs=4k conv=sync,fsync");
    workload.deletePod("writer");
    blockPod("reader", "agent");
    assertThat(workload.run("reader", "head -c 7 /dev/volume")).isEqualTo("written");
    assertThat(workload.run("reader", "blockdev --getsize64 /dev/volume"))
        .isEqualTo(Long.toString(64 << 20));
  }

  private void blockPod(String name, String node) {
    workload.pod(
        name,
        "claim",
        node,
        pod ->
            pod.editSpec()
                .editFirstContainer()
                .withVolumeMounts()
                .addNewVolumeDevice()
                .withName("data")
                .withDevicePath("/dev/volume")
                .endVolumeDevice()
                .endContainer()
                .endSpec());
  }

  @ParameterizedTest
  @CsvSource({"s3shard-refused, credentials", "s3shard-nowhere, not-there"})
  void anEventOfTheClaimSaysWhatIsWrong(String storageClass, String text) {
    workload.claim("claim", storageClass, "1Gi");
    workload.awaitEvent("claim", text);
  }
}
