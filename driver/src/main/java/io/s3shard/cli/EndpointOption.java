package io.s3shard.cli;

import io.s3shard.rpc.Endpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a CSI plugin listens. */
final class EndpointOption {
  private static final String STANDARD = "unix:///run/s3shard/csi.sock";

  @Option(
      names = "--csi-endpoint",
      paramLabel = "SOCKET",
      description =
          "Where to listen for CSI calls (default: CSI_ENDPOINT, else unix:///run/s3shard/csi.sock).")
  private @Nullable String csiEndpoint;

  /** CSI's own variable counts as well. */
  Endpoint of(Map<String, String> environment) {
    if (csiEndpoint != null) {
      return Endpoint.parse(csiEndpoint);
    }
    String variable = environment.getOrDefault("CSI_ENDPOINT", "");
    return Endpoint.parse(variable.isEmpty() ? STANDARD : variable);
  }
}
