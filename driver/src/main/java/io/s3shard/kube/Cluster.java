package io.s3shard.kube;

import io.fabric8.kubernetes.api.model.CSIPersistentVolumeSource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.s3shard.execution.Execution;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The API server of the cluster that we run in, with the rights of our service account; outside of
 * one, that of the kubeconfig. Connects when it is first asked something.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KubernetesClient client;
  private final String driver;
  private final Execution execution;

  private Cluster(Config config, String driver, Execution execution) {
    this.client = new KubernetesClientBuilder().withConfig(config).build();
    this.driver = driver;
    this.execution = execution;
  }

  /**
   * @param driver the CSI driver's name
   */
  public static Cluster here(String driver, Execution execution) {
    return at(Config.autoConfigure(null), driver, execution);
  }

  static Cluster at(Config config, String driver, Execution execution) {
    // whoever asks has patience of his own: tries again, and says so
    Config ours =
        new ConfigBuilder(config)
            .withRequestTimeout((int) PATIENCE.toMillis())
            .withConnectionTimeout((int) PATIENCE.toMillis())
            .withRequestRetryBackoffLimit(0)
            .build();
    return new Cluster(ours, driver, execution);
  }

  /** The namespace that we run in; empty: none is known. */
  public Optional<String> namespace() {
    @Nullable String namespace = client.getNamespace();
    return Optional.ofNullable(namespace).filter(name -> !name.isEmpty());
  }

  /** Events about the volumes that are open on {@code node}. */
  public Announcer announcer(String node) {
    return new Announcer(client, driver, node, execution);
  }

  public ReadinessTaint taint(String node) {
    return new ReadinessTaint(client, driver, node);
  }

  /** Stands for election by the lease {@code name} in {@code namespace}. */
  public Leadership leadership(String namespace, String name, String self) {
    return candidate(namespace, name, self).stand();
  }

  /** The same, for who looks himself. */
  Leadership candidate(String namespace, String name, String self) {
    return new Leadership(client, namespace, name, self, execution);
  }

  /**
   * The handles of all volumes of ours that the cluster has an object for.
   *
   * @throws ClusterUnavailable if the API server does not say
   */
  public Set<String> volumes() {
    try {
      return client.persistentVolumes().list().getItems().stream()
          .map(volume -> volume.getSpec().getCsi())
          .filter(csi -> csi != null && driver.equals(csi.getDriver()))
          .map(CSIPersistentVolumeSource::getVolumeHandle)
          .collect(Collectors.toSet());
    } catch (KubernetesClientException e) {
      throw new ClusterUnavailable("volumes can't be listed", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
