package io.s3shard.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What a cluster with snapshots has, and snapshots of claims. */
final class Snapshots {
  private static final ResourceDefinitionContext TYPE =
      new ResourceDefinitionContext.Builder()
          .withGroup("snapshot.storage.k8s.io")
          .withVersion("v1")
          .withKind("VolumeSnapshot")
          .withPlural("volumesnapshots")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client;

  Snapshots(Cluster cluster) {
    client = cluster.client();
  }

  /** The CRDs are in the file that system property {@code s3shard.snapshot.crds} names. */
  void install() throws IOException {
    try (InputStream crds =
            Files.newInputStream(Path.of(System.getProperty("s3shard.snapshot.crds")));
        InputStream controller =
            Objects.requireNonNull(
                Snapshots.class.getResourceAsStream("/snapshot-controller.yaml"))) {
      client.load(crds).serverSideApply();
      String yaml = new String(controller.readAllBytes(), StandardCharsets.UTF_8);
      String registry = Cluster.PUBLIC_IMAGES ? "registry.k8s.io/sig-storage/" : "local/";
      client.load(stream(yaml.replace("REGISTRY/", registry))).serverSideApply();
    }
    client
        .apps()
        .deployments()
        .inNamespace("kube-system")
        .withName("snapshot-controller")
        .waitUntilReady(3, TimeUnit.MINUTES);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns when it can be restored. */
  void take(String namespace, String name, String claim) {
    GenericKubernetesResource snapshot = new GenericKubernetesResource();
    snapshot.setApiVersion("snapshot.storage.k8s.io/v1");
    snapshot.setKind("VolumeSnapshot");
    snapshot.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    snapshot.setAdditionalProperty(
        "spec",
        Map.of(
            "volumeSnapshotClassName",
            "s3shard",
            "source",
            Map.of("persistentVolumeClaimName", claim)));
    var snapshots = client.genericKubernetesResources(TYPE).inNamespace(namespace);
    snapshots.resource(snapshot).create();
    snapshots
        .withName(name)
        .waitUntilCondition(
            each -> each != null && Boolean.TRUE.equals(each.<Object>get("status", "readyToUse")),
            3,
            TimeUnit.MINUTES);
  }

  void delete(String namespace, String name) {
    var snapshot = client.genericKubernetesResources(TYPE).inNamespace(namespace).withName(name);
    snapshot.delete();
    snapshot.waitUntilCondition(each -> each == null, 3, TimeUnit.MINUTES);
  }
}
