package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket between a mount and those who ask it. */
class ControlTest {
  @TempDir Path folder;

  private Map<String, String> environment() {
    return Map.of("S3SHARD_RUN_DIR", folder.toString());
  }

  @Test
  void requestsAreAnswered() throws IOException {
    Path socket = RunDirectory.of(Path.of("/mnt/x"), environment()).make().socket();
    ControlServer.Request busy =
        _ -> {
          throw new VolumeBusy("in use");
        };
    try (ControlServer server =
        ControlServer.start(
            socket,
            Map.of(
                "info", _ -> new JsonObject(), "unmount", busy, "echo", arguments -> arguments))) {
      assertThat(server).isNotNull();
      ControlClient client = new ControlClient(Path.of("/mnt/../mnt/x"), environment());
      assertThat(client.require("info").get("exit").getAsInt()).isZero();
      JsonObject refused = client.require("unmount");
      assertThat(refused.get("exit").getAsInt()).isEqualTo(4);
      assertThat(refused.get("message").getAsString()).isEqualTo("in use");
      assertThat(client.require("dance").get("exit").getAsInt()).isEqualTo(2);
      JsonObject echo = client.require("echo {\"name\": \"a b\"}");
      assertThat(echo.get("name").getAsString()).isEqualTo("a b");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void aDeadMountsSocketAnswersNothingAndIsReplaced() throws IOException {
    Path socket = RunDirectory.of(Path.of("/mnt/x"), environment()).make().socket();
    Files.createFile(socket);
    ControlClient client = new ControlClient(Path.of("/mnt/x"), environment());
    assertThat(client.ask("info")).isEmpty();
    assertThatThrownBy(() -> client.require("info")).isInstanceOf(VolumeMissing.class);
    try (ControlServer server =
        ControlServer.start(socket, Map.of("info", _ -> new JsonObject()))) {
      assertThat(server).isNotNull();
      assertThat(client.ask("info")).isPresent();
    }
  }

  @Test
  void eachMountPointHasItsOwn() {
    assertThat(RunDirectory.of(Path.of("/mnt/x"), environment()))
        .isNotEqualTo(RunDirectory.of(Path.of("/mnt/y"), environment()));
    assertThat(RunDirectory.of(Path.of("/mnt/x"), environment()).socket().toString().length())
        .isLessThan(108);
  }
}
