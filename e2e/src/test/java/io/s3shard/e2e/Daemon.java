package io.s3shard.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The built command as processes of its own: a mount in the foreground that can be killed, and
 * short calls.
 */
final class Daemon {
  /** How long a machine under load may take; nothing is measured by it. */
  private static final long PATIENCE_SECONDS = 120;

  private final Map<String, String> environment;
  private final Path folder;

  /**
   * @param environment the bucket's address and keys; @param folder for logs, arenas and caches
   */
  Daemon(Map<String, String> environment, Path folder) {
    this.environment = environment;
    this.folder = folder;
  }

  Path arenas() {
    return folder.resolve("arena");
  }

  /** Mounts in the foreground and returns once the mount is there. */
  Process mount(String url, Path mountPoint, String... options)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("mount", "-f", "--arena-dir", arenas().toString()));
    arguments.addAll(List.of("--cache-dir", folder.resolve("cache").toString()));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of(url, mountPoint.toString()));
    Path log = folder.resolve("daemon.log");
    Process process =
        start(arguments).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isMounted(mountPoint)) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
        process.destroyForcibly();
        throw new IOException("no mount:\n" + Files.readString(log));
      }
    }
    return process;
  }

  static boolean isMounted(Path mountPoint) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines.anyMatch(
          line -> line.contains(" " + mountPoint + " ") && line.contains(" fuse.s3shard "));
    }
  }

  /** Kills with SIGKILL and takes the dead mount away, as an administrator would. */
  static void kill(Process process, Path mountPoint) throws IOException, InterruptedException {
    process.destroyForcibly();
    process.waitFor();
    if (isMounted(mountPoint)) {
      run(List.of("umount", "-l", mountPoint.toString()));
    }
  }

  /** Runs one command of s3shard; its output. */
  String call(String... arguments) throws IOException, InterruptedException {
    return output(start(List.of(arguments)));
  }

  static String run(List<String> command) throws IOException, InterruptedException {
    return output(new ProcessBuilder(command).redirectErrorStream(true));
  }

  private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    Path file = Files.createTempFile("s3shard", ".out");
    try {
      Process process = builder.redirectOutput(file.toFile()).start();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      String output = Files.readString(file);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(builder.command() + " failed: " + output);
      }
      return output;
    } finally {
      Files.delete(file);
    }
  }

  private ProcessBuilder start(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.s3shard.cli.Main"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return builder;
  }
}
