package io.s3shard.e2e;

import io.s3shard.testing.Mutation;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The built command as processes of its own, with the class path that it is shipped with: a mount
 * in the foreground that can be killed, and short calls.
 */
final class Daemon {
  /** How long a machine under load may take; nothing is measured by it. */
  static final long PATIENCE_SECONDS = 120;

  private static final String MAIN = "io.s3shard.cli.Main";

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

  /** What mounts have logged. */
  String log() throws IOException {
    return Files.readString(logFile());
  }

  private Path logFile() {
    return folder.resolve("daemon.log");
  }

  /** Mounts in the foreground and returns once the mount is there. */
  Process mount(String url, Path mountPoint, String... options)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("mount", "-f"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of(url, mountPoint.toString()));
    return mounted(command(shipped(), MAIN, arguments), mountPoint);
  }

  /** The same engine with a rule broken on purpose, put together by {@link BrokenMount}. */
  Process mountBroken(Mutation mutation, String bucket, String prefix, Path mountPoint)
      throws IOException, InterruptedException {
    List<String> arguments =
        List.of(mutation.name(), bucket, prefix, mountPoint.toString(), arenas().toString());
    String classPath = System.getProperty("java.class.path");
    return mounted(command(classPath, BrokenMount.class.getName(), arguments), mountPoint);
  }

  private Process mounted(ProcessBuilder builder, Path mountPoint)
      throws IOException, InterruptedException {
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isMounted(mountPoint)) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
        process.destroyForcibly();
        throw new IOException("no mount:\n" + log());
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
      Programs.run("umount", "-i", "-l", mountPoint.toString());
    }
  }

  /** Runs one command of s3shard; its output. */
  String call(String... arguments) throws IOException, InterruptedException {
    Programs.Ended ended = tryCall(arguments);
    if (ended.exit() != 0) {
      throw new IOException("s3shard " + List.of(arguments) + " failed: " + ended);
    }
    return ended.out();
  }

  /** What the mount is doing, as JSON. */
  String stats(Path mountPoint) throws IOException, InterruptedException {
    return call("stats", mountPoint.toString(), "--once", "--json");
  }

  /** The same for one that may fail. */
  Programs.Ended tryCall(String... arguments) throws IOException, InterruptedException {
    return Programs.end(command(shipped(), MAIN, List.of(arguments)));
  }

  /** Starts one command, to be killed; what it says is thrown away. */
  Process start(String... arguments) throws IOException {
    return command(shipped(), MAIN, List.of(arguments))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /**
   * Lines of shell, in which {@code s3shard} is the built command; they end at the first that
   * fails.
   */
  String shell(String script) throws IOException, InterruptedException {
    List<String> program = command(shipped(), MAIN, List.of()).command();
    String function = "s3shard() { '" + String.join("' '", program) + "' \"$@\"; }\n";
    Programs.Ended ended = program("bash", "-euo", "pipefail", "-c", function + script);
    if (ended.exit() != 0) {
      throw new IOException(script + "\nfailed: " + ended.out() + ended.err());
    }
    return ended.out();
  }

  /** Any program, with the environment that the command has. */
  Programs.Ended program(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    return Programs.end(builder);
  }

  /**
   * A folder with what mount(8) and umount(8) look for in /sbin, as {@code ./dev install} makes it.
   */
  Path helpers() throws IOException {
    Path helpers = Files.createDirectories(folder.resolve("helpers"));
    List<String> program = new ArrayList<>(command(shipped(), MAIN, List.of()).command());
    String java = program.removeFirst();
    String script =
        "#!/bin/sh\nexec '%s' -Ds3shard.program=\"${0##*/}\" '%s' \"$@\"\n"
            .formatted(java, String.join("' '", program));
    for (String name : List.of("mount.fuse.s3shard", "umount.fuse.s3shard")) {
      Path helper = Files.writeString(helpers.resolve(name), script);
      Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return helpers;
  }

  private ProcessBuilder command(String classPath, String main, List<String> arguments) {
    List<String> command = AnotherJvm.command(classPath, List.of(), main, arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    return builder;
  }

  /** What every command gets, so that nothing is left on the machine outside of the folder. */
  private Map<String, String> environment() {
    Map<String, String> all = new TreeMap<>(environment);
    all.put("S3SHARD_RUN_DIR", folder.resolve("run").toString());
    all.put("S3SHARD_ARENA_DIR", arenas().toString());
    all.put("S3SHARD_CACHE_DIR", folder.resolve("cache").toString());
    return all;
  }

  /**
   * Without what is there for tests: its configuration of the log, for one, hides what users see.
   */
  private static String shipped() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("-tests.jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
