package io.s3shard.cli;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.s3shard.csi.Buckets;
import io.s3shard.csi.ControllerService;
import io.s3shard.csi.GroupControllerService;
import io.s3shard.error.InvalidRequest;
import io.s3shard.execution.Execution;
import io.s3shard.proto.v1.Addressing;
import io.s3shard.proto.v1.StoreLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a controller together, in whichever process. */
final class Controllers {
  private final Map<String, String> environment;
  private final Execution execution;
  private final PrometheusMeterRegistry registry;

  Controllers(
      Map<String, String> environment, Execution execution, PrometheusMeterRegistry registry) {
    this.environment = environment;
    this.execution = execution;
    this.registry = registry;
  }

  /** What is served for a controller. */
  record Services(ControllerService volumes, GroupControllerService groups, Buckets buckets) {}

  /** {@code parts} gets what is to be closed behind the server. */
  Services make(
      Location home,
      StoreOptions store,
      ControllerOptions options,
      HomeStores stores,
      Parts parts) {
    VolumeBuckets buckets = new VolumeBuckets(execution, registry, options.folder.resolve("ca"));
    parts.add(buckets);
    return new Services(
        new ControllerService(standard(home, store, options), stores.home(), stores, buckets),
        new GroupControllerService(stores.home(), stores, buckets),
        buckets);
  }

  /** Complete, so that a node needs no settings of its own to find it. */
  private StoreLocation standard(Location home, StoreOptions store, ControllerOptions options) {
    Location volumes = options.volumes;
    Location chosen =
        volumes == null
            ? new Location(home.bucket(), (home.prefix() + "/volumes").replaceAll("^/", ""))
            : volumes;
    if (chosen.equals(home)) {
      throw new InvalidRequest("--volumes is the same as --home: give another prefix");
    }
    return StoreLocation.newBuilder()
        .setBucket(chosen.bucket())
        .setPrefix(chosen.prefix())
        .setEndpoint(given(store.endpoint, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"))
        .setRegion(given(store.region, "AWS_REGION"))
        .setAddressing(store.pathStyle ? Addressing.PATH : Addressing.ADDRESSING_UNSPECIFIED)
        .setCaBundlePem(pem(store.caBundle))
        .build();
  }

  private String given(@Nullable String option, String... variables) {
    if (option != null) {
      return option;
    }
    for (String variable : variables) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return "";
  }

  private static String pem(@Nullable Path file) {
    if (file == null) {
      return "";
    }
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InvalidRequest("can't read --ca-bundle " + file + ": " + e.getMessage(), e);
    }
  }
}
