package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.s3shard.store.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor --bundle} writes, and what it must not. */
class SupportBundleTest {
  @TempDir Path folder;

  private final CommandRun command = CommandRun.on(new MemoryStore());

  private Map<String, String> written(Path file) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (var entry : zip.stream().toList()) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        texts.put(entry.getName(), new String(bytes, StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  @Test
  void itHasWhatHelpsAndNoKeys() throws IOException {
    Path file = folder.resolve("bundle.zip");
    command
        .with("AWS_ACCESS_KEY_ID", "AKIAKEY")
        .with("AWS_SECRET_ACCESS_KEY", "hush")
        .with("AWS_SESSION_TOKEN", "hush")
        .with("OTHER_PASSWORD", "hush")
        .with("AWS_REGION", "eu-central-1")
        .with("S3SHARD_ENDPOINT", "https://user:hush@s3.example.org")
        .run("doctor", "--bundle", file.toString());
    Map<String, String> texts = written(file);
    assertThat(texts.get("version.txt")).contains("format");
    assertThat(
            JsonSchema.problems(JsonParser.parseString(texts.get("doctor.json")).getAsJsonObject()))
        .isEmpty();
    assertThat(texts.get("environment.txt"))
        .contains("AWS_REGION=eu-central-1\n", "AWS_SECRET_ACCESS_KEY=(set)\n", "s3.example.org")
        .doesNotContain("OTHER");
    assertThat(texts).containsKey("machine/meminfo");
    assertThat(texts.values()).noneMatch(text -> text.contains("hush") || text.contains("AKIAKEY"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("mine"), "mine");
    command.run("doctor", "--bundle", file.toString());
    assertThat(command.exit()).isEqualTo(ExitCode.USAGE.number());
    assertThat(command.err()).contains("exists: name a new file");
    assertThat(file).hasContent("mine");
  }
}
