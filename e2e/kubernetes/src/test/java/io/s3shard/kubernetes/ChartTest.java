package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChartTest {
  @Test
  void helmHasNothingToSay() {
    var result = Chart.helm().lint().strict().call();
    assertThat(result.isFailed()).as(result.toString()).isFalse();
  }

  @Test
  void aBucketIsAllItNeeds() {
    assertThat(Chart.names(Chart.objects("")))
        .contains(
            "CSIDriver/csi.s3shard.io",
            "StorageClass/s3shard",
            "Deployment/s3shard-controller",
            "DaemonSet/s3shard-node",
            "DaemonSet/s3shard-shardd",
            "PodDisruptionBudget/s3shard-controller",
            "ClusterRole/s3shard-provisioner",
            "ClusterRole/s3shard-attacher",
            "ClusterRole/s3shard-resizer")
        .doesNotContain("VolumeSnapshotClass/s3shard", "ClusterRole/s3shard-snapshotter");
    assertThatThrownBy(() -> Chart.rendered("bucket: ''\n"))
        .hasMessageContaining("name the bucket");
  }

  /** What may not be changed on a cluster where it is installed. */
  @Test
  void csiDriverAndClassAreAsTheyWere() {
    GenericKubernetesResource driver = Chart.object("", "CSIDriver", "csi.s3shard.io");
    assertThat(driver.<Object>get("spec", "attachRequired")).isEqualTo(true);
    assertThat(driver.<List<String>>get("spec", "volumeLifecycleModes"))
        .containsExactly("Persistent");
    assertThat(driver.<String>get("spec", "fsGroupPolicy")).isEqualTo("File");
    GenericKubernetesResource storageClass = Chart.object("", "StorageClass", "s3shard");
    assertThat(storageClass.getAdditionalProperties())
        .isEqualTo(
            Map.of(
                "provisioner", "csi.s3shard.io",
                "reclaimPolicy", "Delete",
                "volumeBindingMode", "Immediate",
                "allowVolumeExpansion", true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "buckett: b",
        "bucket: Upper",
        "prefix: ''",
        "endpoint: s3.example.org",
        "image: {tag: latest}",
        "image: {digest: abc}",
        "controller: {replicaCount: 0}",
        "controller: {replicas: 2}",
        "controller: {defaultFsType: ntfs}",
        "node: {maxVolumes: 0}",
        "node: {kubeletPath: var/lib/kubelet}",
        "shardd: {arenaSize: 512}",
        "shardd: {arenaSize: 512M}",
        "shardd: {commitInterval: '5'}",
        "shardd: {logLevel: verbose}",
        "sidecars: {provisoner: {}}",
        "sidecars: {snapshotter: {enabled: maybe}}",
        "storageClasses: [{nam: s}]",
        "storageClasses: [{name: s, fsType: ntfs}]",
        "storageClasses: [{name: s, parameters: {chunksize: 4MiB}}]",
        "storageClasses: [{name: s, parameters: {chunkSize: 3MiB}}]",
        "storageClasses: [{name: s, parameters: {secretAccessKey: k}}]",
        "storageClasses: [{name: s, secret: {name: only}}]",
        "storageClasses: [{name: s, reclaimPolicy: Recycle}]",
        "volumeSnapshotClasses: [{name: s}]",
        "credentials: {secret: s}",
        "rbac: {secrets: all}",
        "metrics: {podMonitor: {interval: 30}}"
      })
  void refusesWhatItDoesNotKnow(String values) {
    assertThatThrownBy(() -> Chart.rendered(values + "\n")).hasMessageContaining("schema");
  }

  @Test
  void secretsOfClassesAreReadableAndNoOthers() {
    String values =
        "storageClasses: [{name: s, secret: {name: keys, namespace: there}}]\n"
            + "volumeSnapshotClasses: []\n";
    GenericKubernetesResource role = Chart.object(values, "Role", "s3shard-secrets");
    assertThat(role.getMetadata().getNamespace()).isEqualTo("there");
    assertThat(role.<List<String>>get("rules", 0, "resourceNames")).containsExactly("keys");
    assertThat(Chart.object(values, "StorageClass", "s").<Map<String, String>>get("parameters"))
        .containsEntry("csi.storage.k8s.io/provisioner-secret-name", "keys")
        .containsEntry("csi.storage.k8s.io/node-stage-secret-namespace", "there")
        .hasSize(8);
    assertThat(Chart.rendered("")).doesNotContain("secrets");
    String template =
        "storageClasses: [{name: s, secret: {name: '${pvc.name}', namespace: there}}]\n";
    assertThatThrownBy(() -> Chart.rendered(template)).hasMessageContaining("rbac.secrets");
    assertThat(Chart.names(Chart.objects(template + "rbac: {secrets: cluster}\n")))
        .contains("ClusterRole/s3shard-secrets");
  }

  @ParameterizedTest
  @CsvSource({
    "'image: {registry: r.example.org}', r.example.org/s3shard/s3shard:v0.1.0",
    "'global: {imageRegistry: g.example.org}', g.example.org/s3shard/s3shard:v0.1.0",
    "'image: {repository: mine, tag: v9}', mine:v9"
  })
  void imagesAreFoundWhereOneSays(String values, String image) {
    assertThat(container(values + "\n", "DaemonSet", "s3shard-shardd", 0))
        .containsEntry("image", image);
  }

  @Test
  void oneRegistryIsForSidecarsToo() {
    assertThat(Chart.rendered("global: {imageRegistry: g.example.org}\n"))
        .contains("g.example.org/sig-storage/csi-provisioner")
        .doesNotContain("registry.k8s.io");
  }

  @Test
  void theControllerHasNoRights() {
    GenericKubernetesResource controller = Chart.object("", "Deployment", "s3shard-controller");
    assertThat(
            controller.<Boolean>get("spec", "template", "spec", "securityContext", "runAsNonRoot"))
        .isTrue();
    List<Map<String, Object>> containers = controller.get("spec", "template", "spec", "containers");
    assertThat(containers)
        .allSatisfy(each ->
            assertThat(each.get("securityContext"))
                .isEqualTo(
                    Map.of(
                        "allowPrivilegeEscalation", false,
                        "readOnlyRootFilesystem", true,
                        "capabilities", Map.of("drop", List.of("ALL")))));
  }

  @Test
  void podsOfNodesHaveNoTokenOfTheCluster() {
    for (String account : List.of("s3shard-node", "s3shard-shardd")) {
      assertThat(
              Chart.object("", "ServiceAccount", account)
                  .<Object>get("automountServiceAccountToken"))
          .isEqualTo(false);
    }
  }

  @Test
  void whatTheUserAddsComesLast() {
    String values =
        "controller: {additionalArgs: ['--log-level=trace'], env: [{name: A, value: b}]}\n";
    assertThat((List<?>) container(values, "Deployment", "s3shard-controller", 0).get("args"))
        .last()
        .isEqualTo("--log-level=trace");
    assertThat((List<?>) container(values, "Deployment", "s3shard-controller", 0).get("env"))
        .last()
        .isEqualTo(Map.of("name", "A", "value", "b"));
  }

  @Test
  void snapshotsAreOnWhereOneSaysSo() {
    String values = "sidecars: {snapshotter: {enabled: true, groupSnapshots: true}}\n";
    assertThat(Chart.names(Chart.objects(values)))
        .contains("VolumeSnapshotClass/s3shard", "ClusterRole/s3shard-snapshotter");
    assertThat(Chart.rendered(values)).contains("CSIVolumeGroupSnapshot=true");
  }

  private static Map<String, Object> container(String values, String kind, String name, int index) {
    List<Map<String, Object>> containers =
        Chart.object(values, kind, name).get("spec", "template", "spec", "containers");
    return containers.get(index);
  }
}
