package io.s3shard.cli;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip file for whoever is asked for help: what doctor found, this machine, its mounts, and the
 * environment without values that may be secret. No data and no keys.
 */
final class SupportBundle {
  /** Variables that matter to us; of AWS's only these are shown as they are. */
  private static final Pattern RELEVANT = Pattern.compile("(S3SHARD|AWS|CSI)_.*|PATH|HOME");

  private static final Pattern HARMLESS =
      Pattern.compile("(S3SHARD|CSI)_.*|PATH|HOME|AWS_(DEFAULT_)?REGION|AWS_PROFILE");

  /** What stands before an @ in an address may be a password. */
  private static final Pattern USER_IN_URL = Pattern.compile("://[^/@\\s]*@");

  /** How much of the end of a log: some days of a mount that is well. */
  private static final int LOG_BYTES = 1 << 20;

  private final Map<String, String> environment;
  private final Path root;

  /** {@code root}: {@code /}, but for tests. */
  SupportBundle(Map<String, String> environment, Path root) {
    this.environment = environment;
    this.root = root;
  }

  /**
   * Writes it to a new file that only this user can read.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  void write(Path file, Document doctor) throws IOException {
    try (OutputStream out =
            Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      add(zip, "version.txt", String.join("\n", new Version().getVersion()) + "\n");
      add(zip, "doctor.json", doctor.json().toString());
      add(zip, "environment.txt", variables());
      for (String about :
          List.of("proc/version", "proc/meminfo", "proc/loadavg", "etc/os-release")) {
        addFile(zip, about);
      }
      int number = 0;
      for (Path mountPoint : MountTable.ours()) {
        number++;
        ControlClient client = new ControlClient(mountPoint, environment);
        for (String question : new String[] {"info", "stats"}) {
          Optional<JsonObject> answer = client.ask(question);
          String text = answer.map(JsonObject::toString).orElse("nobody answers");
          add(zip, "mounts/%d-%s.json".formatted(number, question), redacted(text));
        }
        Path log = RunDirectory.of(mountPoint, environment).log();
        if (Files.isReadable(log)) {
          add(zip, "mounts/%d-log.txt".formatted(number), redacted(end(log)));
        }
      }
    }
  }

  private String variables() {
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(environment)
        .forEach((name, value) -> {
          if (RELEVANT.matcher(name).matches()) {
            String shown = HARMLESS.matcher(name).matches() ? redacted(value) : "(set)";
            lines.append(name).append('=').append(shown).append('\n');
          }
        });
    return lines.toString();
  }

  private void addFile(ZipOutputStream zip, String file) throws IOException {
    Path path = root.resolve(file);
    if (Files.isReadable(path)) {
      add(zip, "machine/" + path.getFileName(), Files.readString(path));
    }
  }

  private static String end(Path log) throws IOException {
    try (FileChannel file = FileChannel.open(log)) {
      file.position(Math.max(0, file.size() - LOG_BYTES));
      byte[] bytes = Channels.newInputStream(file).readNBytes(LOG_BYTES);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  static String redacted(String text) {
    return USER_IN_URL.matcher(text).replaceAll("://(user)@");
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }
}
