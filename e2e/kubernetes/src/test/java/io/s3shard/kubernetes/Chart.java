package io.s3shard.kubernetes;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The chart of this checkout, rendered by Helm's own library without a cluster. */
final class Chart {
  static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
  static final Path FOLDER = REPOSITORY.resolve("charts/s3shard");

  private static final Helm RENDERED = new Helm(forAnyVersion());

  private Chart() {}

  /** Without a cluster, the library takes Kubernetes for 1.20, which the chart refuses. */
  private static Path forAnyVersion() {
    Path copy = Path.of("target/chart").toAbsolutePath();
    try (Stream<Path> files = Files.walk(FOLDER)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(FOLDER.relativize(file));
        Files.createDirectories(to.getParent());
        Files.writeString(
            to, Files.readString(file).replaceFirst("(?m)^kubeVersion: .*$", "kubeVersion: '*'"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  static Helm helm() {
    return new Helm(FOLDER);
  }

  /** All documents that these values, YAML, make; the bucket is named if they do not. */
  static String rendered(String values) {
    try {
      Path file = Files.createTempFile("values", ".yaml");
      try {
        Files.writeString(file, values.contains("bucket:") ? values : "bucket: volumes\n" + values);
        return RENDERED
            .template()
            .withName("s3shard")
            .withNamespace("s3shard")
            .withValuesFile(file)
            .call();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<GenericKubernetesResource> objects(String values) {
    KubernetesSerialization yaml = new KubernetesSerialization();
    return Arrays.stream(rendered(values).split("(?m)^---$"))
        .filter(document -> document.contains("kind:"))
        .map(document -> yaml.unmarshal(document, GenericKubernetesResource.class))
        .toList();
  }

  static GenericKubernetesResource object(String values, String kind, String name) {
    return objects(values).stream()
        .filter(object -> object.getKind().equals(kind))
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("no " + kind + " " + name + " in " + names(objects(values))));
  }

  static List<String> names(List<? extends HasMetadata> objects) {
    return objects.stream()
        .map(object -> object.getKind() + "/" + object.getMetadata().getName())
        .toList();
  }
}
