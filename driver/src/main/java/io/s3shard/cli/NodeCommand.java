package io.s3shard.cli;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.rpc.Endpoint;
import java.io.IOException;
import java.util.Optional;
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
  private final Surroundings surroundings;
  private final S3Shard root;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private HomeOption home = new HomeOption();
  @Mixin private EndpointOption endpoint = new EndpointOption();
  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ControllerOptions controllerOptions = new ControllerOptions();
  @Mixin private StoreOptions store = new StoreOptions();

  NodeCommand(Surroundings surroundings, S3Shard root) {
    this.surroundings = surroundings;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Location place = home.place();
    Endpoint socket = endpoint.of(surroundings.environment());
    LogSetup.apply(root.logLevel(LogSetup.Level.info), root.logFormat, null);
    Settings.log(spec);
    HomeStores stores = new HomeStores(surroundings.stores().connect(place, store));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Parts behind = new Parts();
    Optional<Controllers.Services> controller =
        options.controller
            ? Optional.of(
                new Controllers(surroundings.environment(), surroundings.execution(), registry)
                    .make(place, store, controllerOptions, stores, behind))
            : Optional.empty();
    NodeDaemon.start(
            options, socket, stores, registry, controller, surroundings.execution(), behind)
        .await();
    return ExitCode.OK.number();
  }
}
