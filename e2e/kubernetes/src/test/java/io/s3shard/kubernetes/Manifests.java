package io.s3shard.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes {@code deploy/kubernetes/s3shard.yaml}, the chart for those who have no Helm. */
public final class Manifests {
  static final Path FOLDER = Chart.REPOSITORY.resolve("deploy/kubernetes");
  static final Path FILE = FOLDER.resolve("s3shard.yaml");

  private Manifests() {}

  static String rendered() throws IOException {
    return "# Rendered from charts/s3shard with values.yaml by ./dev manifests.\n"
        + Chart.rendered(Files.readString(FOLDER.resolve("values.yaml")))
            .replace("app.kubernetes.io/managed-by: Helm", "app.kubernetes.io/managed-by: kubectl");
  }

  public static void main(String[] arguments) throws IOException {
    Files.writeString(FILE, rendered());
  }
}
