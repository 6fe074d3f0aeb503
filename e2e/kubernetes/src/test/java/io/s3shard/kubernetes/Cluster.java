package io.s3shard.kubernetes;

import com.github.dockerjava.api.model.Bind;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A cluster of two nodes in containers, {@code server} and {@code agent}, and an S3 server. */
final class Cluster implements AutoCloseable {
  static final List<String> NODES = List.of("server", "agent");

  /** Of registries, where there are some; else what e2e/cluster builds. */
  static final boolean PUBLIC_IMAGES = Boolean.getBoolean("s3shard.public");

  private static final String IMAGES = "/var/lib/rancher/k3s/agent/images/";
  private static final Duration START = Duration.ofMinutes(5);

  private final Network network = Network.newNetwork();
  private final K3sContainer server;
  private final GenericContainer<?> agent;
  private final KubernetesClient client;
  private final Path folder;
  private final S3Server s3;

  @SuppressWarnings("resource") // closed by close()
  private Cluster() throws Exception {
    folder = Files.createTempDirectory("s3shard-cluster");
    s3 = S3Server.start(folder.resolve("bucket"));
    String host = DockerClientFactory.instance().dockerHostIpAddress();
    server =
        node(new K3sContainer(image().asCompatibleSubstituteFor("rancher/k3s")), "server")
            .withCommand("server", "--disable=traefik", "--tls-san=" + host);
    server.start();
    agent =
        node(new GenericContainer<>(image()), "agent")
            .withPrivilegedMode(true)
            .withCreateContainerCmdModifier(command ->
                Objects.requireNonNull(command.getHostConfig())
                    .withCgroupnsMode("host")
                    .withBinds(Bind.parse("/sys/fs/cgroup:/sys/fs/cgroup:rw")))
            .withTmpFs(Map.of("/run", ""))
            .withCommand("agent", "--server=https://server:6443", "--token=s3shard")
            .waitingFor(
                Wait.forLogMessage(".*Node controller sync successful.*", 1)
                    .withStartupTimeout(START));
    agent.start();
    Files.writeString(kubeConfig(), server.getKubeConfigYaml());
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.getKubeConfigYaml()))
            .build();
  }

  static Cluster start() throws Exception {
    return new Cluster();
  }

  private static DockerImageName image() {
    return DockerImageName.parse(System.getProperty("s3shard.k3s", "rancher/k3s:v1.37.2-k3s1"));
  }

  private <T extends GenericContainer<?>> T node(T container, String name) {
    container.withNetwork(network);
    container.withNetworkAliases(name);
    container.withEnv("K3S_TOKEN", "s3shard");
    container.withEnv("K3S_NODE_NAME", name);
    container.withStartupTimeout(START);
    // the nodes' kernel is one: what tells them apart is this
    container.withCopyToContainer(
        Transferable.of("%032x%n".formatted(name.hashCode() & 0xffffffffL)), "/etc/machine-id");
    for (String tar : System.getProperty("s3shard.images", "").split(File.pathSeparator)) {
      if (!tar.isEmpty()) {
        container.withCopyFileToContainer(
            MountableFile.forHostPath(tar), IMAGES + Path.of(tar).getFileName());
      }
    }
    return container;
  }

  KubernetesClient client() {
    return client;
  }

  /** A file, as Helm wants it. */
  Path kubeConfig() {
    return folder.resolve("kubeconfig");
  }

  S3Server s3() {
    return s3;
  }

  /** Where pods find the S3 server: this machine, as the nodes see it. */
  String s3Endpoint() {
    String gateway =
        DockerClientFactory.lazyClient()
            .inspectNetworkCmd()
            .withNetworkId(network.getId())
            .exec()
            .getIpam()
            .getConfig()
            .getFirst()
            .getGateway();
    return s3.at(gateway).toString();
  }

  GenericContainer<?> container(String node) {
    return node.equals("server") ? server : agent;
  }

  @Override
  public void close() throws Exception {
    client.close();
    agent.stop();
    server.stop();
    network.close();
    s3.close();
    new ProcessBuilder("rm", "-rf", folder.toString()).start().waitFor(1, TimeUnit.MINUTES);
  }
}
