package io.s3shard.e2e;

import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.store.s3.AccessKeys;
import io.s3shard.store.s3.S3Settings;
import io.s3shard.store.s3.S3Store;
import io.s3shard.volume.DriverHome;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What others have written into the home prefix, without running. */
final class Announced {
  private final Bucket bucket;

  Announced(Bucket bucket) {
    this.bucket = bucket;
  }

  /** A node that is known. */
  void node(String id) {
    in(home -> {
      home.register(NodeEntry.newBuilder().setNodeId(id).setHostId("host of " + id).build());
      return true;
    });
  }

  <T> T in(Function<DriverHome, T> body) {
    Map<String, String> environment = bucket.environment();
    S3Settings settings =
        new S3Settings(
            Bucket.NAME,
            "home",
            Optional.of(URI.create(environment.get("AWS_ENDPOINT_URL"))),
            Optional.of("us-east-1"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(
                new AccessKeys(
                    environment.get("AWS_ACCESS_KEY_ID"),
                    environment.get("AWS_SECRET_ACCESS_KEY"),
                    Optional.empty())));
    try (S3Store store = new S3Store(settings)) {
      return body.apply(new DriverHome(store));
    }
  }
}
