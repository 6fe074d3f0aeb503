package io.s3shard.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.CSINodeDriver;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The taint that keeps pods away from a node until its volumes can be mounted. Whoever makes nodes
 * puts it on them; we take it away, once the kubelet has made our plugin known.
 */
public final class ReadinessTaint {
  private static final Logger LOG = LoggerFactory.getLogger(ReadinessTaint.class);

  private final KubernetesClient client;
  private final String driver;
  private final String node;

  ReadinessTaint(KubernetesClient client, String driver, String node) {
    this.client = client;
    this.driver = driver;
    this.node = node;
  }

  private String key() {
    return driver + "/agent-not-ready";
  }

  /**
   * Looks once. Whether the node is ready and has no such taint (any more).
   *
   * @throws ClusterUnavailable if the API server does not do it, or others changed the taints at
   *     the same time: try again
   */
  public boolean removed() {
    try {
      return isRegistered() && isFree();
    } catch (KubernetesClientException e) {
      throw new ClusterUnavailable("taint " + key() + " can't be taken from node " + node, e);
    }
  }

  /** The scheduler counts volumes against what the kubelet says here. */
  private boolean isRegistered() {
    @Nullable CSINode there = client.storage().v1().csiNodes().withName(node).get();
    // of a node without any plugin it is null, not empty
    @Nullable List<CSINodeDriver> drivers = there == null ? null : there.getSpec().getDrivers();
    return drivers != null && drivers.stream().anyMatch(d -> driver.equals(d.getName()));
  }

  private boolean isFree() {
    @Nullable Node there = client.nodes().withName(node).get();
    if (there == null) {
      return false;
    }
    List<Taint> all = there.getSpec().getTaints();
    List<Taint> others = all.stream().filter(taint -> !key().equals(taint.getKey())).toList();
    if (others.size() < all.size()) {
      client
          .nodes()
          .withName(node)
          .patch(PatchContext.of(PatchType.JSON), Serialization.asJson(patch(all, others)));
      LOG.info("node {} is ready: taint {} is taken away", node, key());
    }
    return true;
  }

  /** Refused if anybody has changed the taints meanwhile. */
  private static List<Map<String, Object>> patch(List<Taint> all, List<Taint> others) {
    return List.of(
        Map.of("op", "test", "path", "/spec/taints", "value", all),
        Map.of("op", "replace", "path", "/spec/taints", "value", others));
  }
}
