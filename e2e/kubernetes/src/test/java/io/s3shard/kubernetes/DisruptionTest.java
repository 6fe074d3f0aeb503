package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to the driver and its bucket, while a pod writes: no error in the pod. */
@InstalledTest
class DisruptionTest {
  private static final String NODE = "agent";

  private final Cluster cluster;
  private final KubernetesClient client;
  private Workload workload;
  private Load load;

  DisruptionTest(Cluster cluster) {
    this.cluster = cluster;
    client = cluster.client();
  }

  @BeforeEach
  void load() throws Exception {
    workload = new Workload(cluster, "disruption");
    workload.claim("claim", "s3shard", "1Gi");
    load = Load.start(workload, "pod", "claim", NODE);
  }

  @AfterEach
  void takeAway() {
    workload.close();
  }

  @Test
  void sharddIsKilled() throws Exception {
    var killed =
        cluster
            .container(NODE)
            .execInContainer(
                "sh", "-c", "kill -9 $(pgrep -f 'io.s3shard.cli.Main shardd') && echo killed");
    assertThat(killed.getStdout()).contains("killed");
    load.awaitProgress();
  }

  @Test
  void bothDaemonsAreReplacedOneAfterTheOther() throws Exception {
    for (String daemon : new String[] {"s3shard-node", "s3shard-shardd"}) {
      var set = client.apps().daemonSets().inNamespace(Release.NAMESPACE).withName(daemon);
      set.edit(each ->
          each.edit()
              .editSpec()
              .editTemplate()
              .editMetadata()
              .addToAnnotations("restarted", workload.namespace())
              .endMetadata()
              .endTemplate()
              .endSpec()
              .build());
      set.waitUntilCondition(
          each ->
              each.getStatus().getObservedGeneration().equals(each.getMetadata().getGeneration())
                  && Integer.valueOf(2).equals(each.getStatus().getUpdatedNumberScheduled())
                  && Integer.valueOf(2).equals(each.getStatus().getNumberAvailable()),
          5,
          TimeUnit.MINUTES);
      load.awaitProgress();
    }
  }

  @Test
  void theBucketIsAwayForAWhile() throws Exception {
    cluster.s3().goAway();
    long before;
    try {
      Thread.sleep(TimeUnit.SECONDS.toMillis(20));
      before = load.count();
      Thread.sleep(TimeUnit.SECONDS.toMillis(20));
      assertThat(load.count())
          .as("nothing is answered that is not in the bucket")
          .isEqualTo(before);
    } finally {
      cluster.s3().comeBack();
    }
    load.awaitProgress();
  }
}
