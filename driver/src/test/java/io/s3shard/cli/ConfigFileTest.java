package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.s3shard.store.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options from files: which count, what wins, what is wrong with one. */
class ConfigFileTest {
  private static final String PREFIX = "s3://bucket/prefix";

  @TempDir Path folder;

  private final CommandRun command = CommandRun.on(new MemoryStore());

  @BeforeEach
  void thereIsAVolume() {
    command.run("create", PREFIX, "there", "--size", "1MiB");
  }

  private Path write(String file, String... lines) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, String.join("\n", lines) + "\n");
  }

  private CommandRun withFile(String... lines) throws IOException {
    return command.with("S3SHARD_CONFIG", write("config.toml", lines).toString());
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
    withFile("output = 'json'").run("ls", PREFIX);
    assertThat(command.out()).startsWith("{");
    command.with("S3SHARD_OUTPUT", "yaml").run("ls", PREFIX);
    assertThat(command.out()).startsWith("apiVersion: ");
    command.run("ls", PREFIX, "-o", "table");
    assertThat(command.out()).startsWith("NAME ");
  }

  @Test
  void aTableIsForOneCommandAndWinsThere() throws IOException {
    withFile("output = 'name'", "[create]", "size = '1MiB'", "[snapshot.ls]", "output = 'json'");
    assertThat(command.run("create", PREFIX, "a").out()).isEqualTo("a\n");
    assertThat(command.run("ls", PREFIX).out()).isEqualTo("a\nthere\n");
    assertThat(command.run("snapshot", "ls", PREFIX).out()).startsWith("{");
  }

  @Test
  void theUsersFileIsLookedForWhereFilesOfItsKindAre() throws IOException {
    write("home/.config/s3shard/config.toml", "output = 'json'");
    write("xdg/s3shard/config.toml", "output = 'yaml'");
    command.with("HOME", folder.resolve("home").toString());
    assertThat(command.run("ls", PREFIX).out()).startsWith("{");
    command.with("XDG_CONFIG_HOME", folder.resolve("xdg").toString());
    assertThat(command.run("ls", PREFIX).out()).startsWith("apiVersion: ");
  }

  @Test
  void whatIsWrongWithAFileIsSaidWithItsLine() throws IOException {
    refused(", line 2: ", "output = 'json'", "size =");
    refused(", line 1: no command has an option --cache-seize", "cache-seize = '1GiB'");
    refused(", line 2: there is no command 's3shard mounts'", "[mounts]", "size = '1GiB'");
    refused(", line 2: 's3shard ls' has no option --size", "[ls]", "size = '1GiB'");
    refused(", line 1: size must be a text, a number, true or false", "size = [1]");
    command.with("S3SHARD_CONFIG", folder.resolve("none").toString()).run("ls", PREFIX);
    assertThat(command.exit()).isEqualTo(ExitCode.USAGE.number());
    assertThat(command.err()).contains("none can't be read");
  }

  private void refused(String message, String... lines) throws IOException {
    withFile(lines).run("ls", PREFIX);
    assertThat(command.exit()).isEqualTo(ExitCode.USAGE.number());
    assertThat(command.err()).startsWith("s3shard: " + folder).contains(message).hasLineCount(1);
  }

  @Test
  void configSaysWhatIsSetAndWhere() throws IOException {
    withFile("endpoint = 'http://x:1'", "[mount]", "metrics-port = 1");
    command.with("S3SHARD_LOG_LEVEL", "debug").run("config");
    String file = folder.resolve("config.toml").toString();
    assertThat(command.out().lines().map(line -> line.split(" {2,}")))
        .containsExactly(
            new String[] {"OPTION", "VALUE", "COMMAND", "ORIGIN"},
            new String[] {"log-level", "debug", "all", "S3SHARD_LOG_LEVEL"},
            new String[] {"metrics-port", "1", "mount", file + ", line 3"},
            new String[] {"endpoint", "http://x:1", "all", file + ", line 1"});
    JsonObject json = command.run("config", "--json").json();
    assertThat(JsonSchema.problems(json)).isEmpty();
    assertThat(json.getAsJsonArray("items")).hasSize(3);
  }
}
