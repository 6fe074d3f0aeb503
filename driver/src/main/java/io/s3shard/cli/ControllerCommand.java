package io.s3shard.cli;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.IdentityService;
import io.s3shard.csi.Plugin;
import io.s3shard.rpc.Endpoint;
import io.s3shard.rpc.UnixServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code controller}: the CSI plugin of a Kubernetes cluster. */
@Command(
    name = "controller",
    description = {
      "Create, attach, snapshot, copy, grow and delete volumes for Kubernetes: CSI on a unix socket.",
      "It holds no state: it may be killed, and several may run."
    })
final class ControllerCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final S3Shard root;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private HomeOption home = new HomeOption();
  @Mixin private EndpointOption endpoint = new EndpointOption();
  @Mixin private ControllerOptions options = new ControllerOptions();
  @Mixin private StoreOptions store = new StoreOptions();
  @Mixin private HousekeepingOptions housekeeping = new HousekeepingOptions();

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve Prometheus metrics, /healthz and /readyz there.")
  private @Nullable Integer metricsPort;

  @Option(
      names = "--metrics-address",
      paramLabel = "ADDRESS",
      description = "On which address (default: 127.0.0.1).")
  private String metricsAddress = "127.0.0.1";

  ControllerCommand(Surroundings surroundings, S3Shard root) {
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
    Controllers.Services controller =
        new Controllers(surroundings.environment(), surroundings.execution(), registry)
            .make(place, store, options, stores, behind);
    AtomicBoolean reached = new AtomicBoolean();
    UntilItWorks.start(
        "reaching " + place,
        () -> {
          stores.home().stores();
          reached.set(true);
        });
    IdentityService identity = new IdentityService(new Plugin(Version.program()), reached::get);
    Parts parts = new Parts();
    parts.add(
        UnixServer.start(socket, List.of(identity, controller.volumes(), controller.groups())));
    if (metricsPort != null) {
      parts.add(
          MetricsServer.start(
              metricsAddress,
              metricsPort,
              registry,
              () -> reached.get() ? "" : place + " was not reached yet"));
    }
    if (housekeeping.kubernetes && !housekeeping.every.isZero()) {
      parts.add(
          LedHousekeeping.start(
              housekeeping, stores, controller.buckets(), registry, surroundings.execution()));
    }
    parts.add(behind::closeAll);
    parts.closeWhenTold();
    LoggerFactory.getLogger(ControllerCommand.class).info("the controller serves {}", socket);
    parts.await();
    return ExitCode.OK.number();
  }
}
