package io.s3shard.kubernetes;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The chart installed in a cluster: release {@code s3shard} in a namespace of that name. */
final class Release {
  static final String NAMESPACE = "s3shard";
  private static final String NAME = "s3shard";
  private static final int SECONDS = 300;

  private final Cluster cluster;
  private final Path values;

  private Release(Cluster cluster, Path values) {
    this.cluster = cluster;
    this.values = values;
  }

  /** Returns when all pods are ready. */
  static Release install(Cluster cluster) throws Exception {
    cluster
        .client()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(NAMESPACE)
                .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                .endMetadata()
                .build())
        .serverSideApply();
    secret(cluster, "keys", S3Server.SECRET);
    secret(cluster, "wrong-keys", "not-the-secret");
    Path values = Files.createTempFile("values", ".yaml");
    Files.writeString(
        values,
        (Cluster.PUBLIC_IMAGES
                ? "sidecars: {snapshotter: {enabled: true}}\n"
                : Files.readString(Path.of("src/test/resources/local-images.yaml")))
            + """
            bucket: %1$s
            prefix: cluster
            endpoint: %2$s
            pathStyle: true
            credentials: {existingSecret: keys}
            storageClasses:
              - {name: s3shard-refused, secret: {name: wrong-keys, namespace: s3shard},
                 parameters: {bucket: volumes, prefix: refused, endpoint: "%2$s", addressing: path}}
              - {name: s3shard-nowhere, parameters: {bucket: not-there, prefix: a, endpoint: "%2$s", addressing: path}}
              - {name: s3shard}
              - {name: s3shard-xfs, fsType: xfs}
              - {name: s3shard-btrfs, fsType: btrfs}
              - {name: s3shard-late, volumeBindingMode: WaitForFirstConsumer}
            """
                .formatted(S3Server.BUCKET, cluster.s3Endpoint()));
    Release release = new Release(cluster, values);
    release.install();
    return release;
  }

  private static void secret(Cluster cluster, String name, String secretAccessKey) {
    cluster
        .client()
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withStringData(
                    Map.of("accessKeyId", S3Server.KEY, "secretAccessKey", secretAccessKey))
                .build())
        .serverSideApply();
  }

  private void install() {
    new Helm(Chart.FOLDER)
        .install()
        .withName(NAME)
        .withNamespace(NAMESPACE)
        .withKubeConfig(cluster.kubeConfig())
        .withValuesFile(values)
        .waitReady()
        .withTimeout(SECONDS)
        .call();
  }

  void uninstall() {
    Helm.uninstall(NAME).withNamespace(NAMESPACE).withKubeConfig(cluster.kubeConfig()).call();
  }
}
