package io.s3shard.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.execution.ThreadExecution;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadinessTaintTest {
  private static final String NODE = "/api/v1/nodes/node-a";
  private static final String DRIVERS = "/apis/storage.k8s.io/v1/csinodes/node-a";
  private static final String OURS =
      "{\"key\":\"csi.s3shard.io/agent-not-ready\",\"effect\":\"NoExecute\"}";
  private static final String OTHERS =
      "{\"key\":\"gpu\",\"value\":\"yes\",\"effect\":\"NoSchedule\"}";

  private TinyApiServer server;
  private Cluster cluster;
  private ReadinessTaint taint;

  @BeforeEach
  void begin() throws IOException {
    server = new TinyApiServer();
    cluster = Cluster.at(server.config(), "csi.s3shard.io", new ThreadExecution());
    taint = cluster.taint("node-a");
    node(OURS + "," + OTHERS);
  }

  @AfterEach
  void end() {
    cluster.close();
    server.close();
  }

  @Test
  void itStaysUntilTheKubeletKnowsThePlugin() {
    assertThat(taint.removed()).isFalse();
    server.put(DRIVERS, "{\"spec\":{\"drivers\":null}}");
    assertThat(taint.removed()).isFalse();
    drivers("csi.other.io");
    assertThat(taint.removed()).isFalse();
    assertThat(keys()).contains("agent-not-ready");
    drivers("csi.s3shard.io");
    assertThat(taint.removed()).isTrue();
    assertThat(keys()).doesNotContain("agent-not-ready").contains("gpu");
  }

  @Test
  void aNodeWithoutItIsNotChanged() {
    drivers("csi.s3shard.io");
    node(OTHERS);
    String before = keys();
    assertThat(taint.removed()).isTrue();
    assertThat(keys()).isEqualTo(before);
  }

  @Test
  void taintsThatOthersChangeAtTheSameTimeAreKept() {
    drivers("csi.s3shard.io");
    server.beforeNextWrite(
        () -> node(OURS + "," + OTHERS + ",{\"key\":\"late\",\"effect\":\"NoSchedule\"}"));
    assertThatThrownBy(() -> taint.removed()).isInstanceOf(ClusterUnavailable.class);
    assertThat(taint.removed()).isTrue();
    assertThat(keys()).contains("late", "gpu").doesNotContain("agent-not-ready");
  }

  @Test
  void anApiServerThatIsAwayIsToldSo() {
    server.fails(503);
    assertThatThrownBy(() -> taint.removed())
        .isInstanceOf(ClusterUnavailable.class)
        .hasMessageContaining("API server");
  }

  private void node(String taints) {
    server.put(NODE, "{\"spec\":{\"taints\":[" + taints + "]}}");
  }

  private void drivers(String name) {
    server.put(DRIVERS, "{\"spec\":{\"drivers\":[{\"name\":\"" + name + "\",\"nodeID\":\"x\"}]}}");
  }

  private String keys() {
    return server.get(NODE).getAsJsonObject("spec").toString();
  }
}
