package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import io.s3shard.rpc.Endpoint;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code node}: the CSI plugin of a Kubernetes node. */
@Command(
    name = "node",
    description = {
      "Stage, publish and grow volumes for the kubelet: CSI on a unix socket.",
      "It keeps the connections of 'shardd', so that one may be killed or replaced."
    })
final class NodeCommand implements Callable<Integer> {
  private static final String DEFAULT_ENDPOINT = "unix:///run/s3shard/csi.sock";

  private final Surroundings surroundings;
  private final S3Shard root;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private StoreOptions store = new StoreOptions();

  NodeCommand(Surroundings surroundings, S3Shard root) {
    this.surroundings = surroundings;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Location home = options.home;
    if (home == null) {
      throw new InvalidRequest("--home is missing: give s3://bucket/prefix");
    }
    Endpoint endpoint = Endpoint.parse(endpoint(surroundings.environment()));
    LogSetup.apply(root.logLevel(LogSetup.Level.info), root.logFormat, null);
    Settings.log(spec);
    HomeStores stores = new HomeStores(surroundings.stores().connect(home, store));
    NodeDaemon.start(options, endpoint, stores).await();
    return ExitCode.OK.number();
  }

  /** CSI's own variable counts as well. */
  private String endpoint(Map<String, String> environment) {
    if (options.csiEndpoint != null) {
      return options.csiEndpoint;
    }
    String variable = environment.getOrDefault("CSI_ENDPOINT", "");
    return variable.isEmpty() ? DEFAULT_ENDPOINT : variable;
  }
}
