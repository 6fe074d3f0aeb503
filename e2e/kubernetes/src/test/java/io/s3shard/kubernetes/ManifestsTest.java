package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class ManifestsTest {
  @Test
  void plainManifestsAreThoseOfTheChart() throws IOException {
    assertThat(Files.readString(Manifests.FILE))
        .as("./dev manifests writes them anew")
        .isEqualTo(Manifests.rendered());
  }

  @Test
  void theChartsReadmeNamesEachValue() throws IOException {
    assertThat(Files.readString(ChartReference.FILE))
        .as("./dev manifests writes it anew")
        .isEqualTo(ChartReference.rendered())
        .contains("| `shardd.arenaSize` | `\"512MiB\"` | How much");
  }
}
