package io.s3shard.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine to their end. */
final class Programs {
  private Programs() {}

  /** How one ended, and what it printed. */
  record Ended(int exit, String out, String err) {}

  /** Its output, both streams together; fails if it does. */
  static String run(String... command) throws IOException, InterruptedException {
    Ended ended = end(new ProcessBuilder(command).redirectErrorStream(true));
    if (ended.exit() != 0) {
      throw new IOException(List.of(command) + " failed: " + ended.out());
    }
    return ended.out();
  }

  /** The same for lines of shell, which end at the first that fails. */
  static String shell(String script) throws IOException, InterruptedException {
    return run("bash", "-euo", "pipefail", "-c", script);
  }

  /** The same for one that may fail. */
  static Ended tryShell(String script) throws IOException, InterruptedException {
    return end(new ProcessBuilder("bash", "-c", script));
  }

  static Ended end(ProcessBuilder builder) throws IOException, InterruptedException {
    builder.environment().put("LC_ALL", "C.UTF-8");
    Path out = Files.createTempFile("s3shard", ".out");
    Path err = Files.createTempFile("s3shard", ".err");
    try {
      Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(Daemon.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            builder.command() + " does not end: " + Files.readString(out) + Files.readString(err));
      }
      return new Ended(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
