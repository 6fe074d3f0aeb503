package io.s3shard.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProfilesTest {
  private static final Path FOLDER = Chart.REPOSITORY.resolve("helm");

  static List<Path> profiles() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void eachIsRenderedAndExplained(Path profile) throws IOException {
    assertThat(Chart.names(Chart.objects(Files.readString(profile))))
        .contains("Deployment/s3shard-controller", "DaemonSet/s3shard-shardd");
    assertThat(Files.readString(FOLDER.resolve("README.md")))
        .contains("-f helm/" + profile.getFileName());
  }

  @Test
  void onAwsAllThreeTakeTheRole() throws IOException {
    String values = Files.readString(FOLDER.resolve("aws-irsa.yaml"));
    for (String account : List.of("s3shard-controller", "s3shard-node", "s3shard-shardd")) {
      assertThat(Chart.object(values, "ServiceAccount", account).getMetadata().getAnnotations())
          .containsKey("eks.amazonaws.com/role-arn");
    }
    assertThat(Chart.rendered(values)).doesNotContain("AWS_ACCESS_KEY_ID");
  }

  @Test
  void theTryOutHasItsOwnS3() throws IOException {
    String values = Files.readString(FOLDER.resolve("try-out.yaml"));
    assertThat(Chart.names(Chart.objects(values)))
        .contains("Deployment/s3shard-s3", "Service/s3shard-s3", "Secret/s3shard-credentials");
    assertThat(Chart.rendered(values)).contains("--endpoint=http://s3shard-s3.s3shard.svc:7070");
  }
}
