package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Claims and pods of one namespace, which are taken away in the end. */
final class Workload implements AutoCloseable {
  static final String DIR = "/data";
  private static final String IMAGE = "s3shard/s3shard:v0.1.0";
  private static final int MINUTES = 3;

  private final KubernetesClient client;
  private final String namespace;

  Workload(Cluster cluster, String namespace) {
    this.client = cluster.client();
    this.namespace = namespace;
    var made = new io.fabric8.kubernetes.api.model.NamespaceBuilder();
    client
        .resource(made.withNewMetadata().withName(namespace).endMetadata().build())
        .serverSideApply();
  }

  String namespace() {
    return namespace;
  }

  PersistentVolumeClaim claim(String name, String storageClass, String size) {
    return claim(name, storageClass, size, claim -> {});
  }

  PersistentVolumeClaim claim(
      String name, String storageClass, String size, Consumer<PersistentVolumeClaimBuilder> more) {
    PersistentVolumeClaimBuilder claim =
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .withStorageClassName(storageClass)
            .withAccessModes("ReadWriteOnce")
            .withNewResources()
            .addToRequests("storage", new Quantity(size))
            .endResources()
            .endSpec();
    more.accept(claim);
    return client.resource(claim.build()).create();
  }

  void awaitBound(String claim) {
    client
        .persistentVolumeClaims()
        .inNamespace(namespace)
        .withName(claim)
        .waitUntilCondition(
            each -> each != null && "Bound".equals(each.getStatus().getPhase()),
            MINUTES,
            TimeUnit.MINUTES);
  }

  /** A pod that has the claim at {@link #DIR} on that node, once it runs. */
  Pod pod(String name, String claim, String node) {
    return pod(name, claim, node, pod -> {});
  }

  Pod pod(String name, String claim, String node, Consumer<PodBuilder> more) {
    PodBuilder pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .addToNodeSelector("kubernetes.io/hostname", node)
            .withTerminationGracePeriodSeconds(1L)
            .addNewContainer()
            .withName("main")
            .withImage(IMAGE)
            .withCommand("sh", "-c", "trap exit TERM; while :; do sleep 1; done")
            .withNewSecurityContext()
            .withRunAsUser(0L)
            .endSecurityContext()
            .addNewVolumeMount()
            .withName("data")
            .withMountPath(DIR)
            .endVolumeMount()
            .endContainer()
            .addNewVolume()
            .withName("data")
            .withNewPersistentVolumeClaim()
            .withClaimName(claim)
            .endPersistentVolumeClaim()
            .endVolume()
            .endSpec();
    more.accept(pod);
    client.resource(pod.build()).create();
    return awaitReady(name);
  }

  Pod awaitReady(String pod) {
    return client
        .pods()
        .inNamespace(namespace)
        .withName(pod)
        .waitUntilReady(MINUTES, TimeUnit.MINUTES);
  }

  /** What the command prints in the pod, which must end with 0. */
  String run(String pod, String command) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    try (ExecWatch exec =
        client
            .pods()
            .inNamespace(namespace)
            .withName(pod)
            .writingOutput(out)
            .writingError(errors)
            .exec("sh", "-c", command)) {
      int code = exec.exitCode().get(MINUTES, TimeUnit.MINUTES);
      assertThat(code).as(command + ": " + errors).isZero();
    }
    return out.toString(StandardCharsets.UTF_8).strip();
  }

  /** Returns once an event of the claim contains the text. */
  void awaitEvent(String claim, String text) {
    client
        .v1()
        .events()
        .inNamespace(namespace)
        .withField("involvedObject.name", claim)
        .informOnCondition(events ->
            events.stream().anyMatch(event -> String.valueOf(event.getMessage()).contains(text)))
        .orTimeout(MINUTES, TimeUnit.MINUTES)
        .join();
  }

  void deletePod(String name) {
    var pod = client.pods().inNamespace(namespace).withName(name);
    pod.delete();
    pod.waitUntilCondition(each -> each == null, MINUTES, TimeUnit.MINUTES);
  }

  /** All pods and claims, and the volumes behind them. */
  @Override
  public void close() {
    client.pods().inNamespace(namespace).delete();
    client.persistentVolumeClaims().inNamespace(namespace).delete();
    var it = client.namespaces().withName(namespace);
    it.delete();
    it.waitUntilCondition(each -> each == null, MINUTES, TimeUnit.MINUTES);
  }
}
