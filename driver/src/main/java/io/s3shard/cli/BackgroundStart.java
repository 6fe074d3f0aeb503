package io.s3shard.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts this program once more, in a session of its own and with a mount's memory limits, and
 * waits until it is mounted or has failed. A JVM can't fork: the second one is started from the
 * same Java, options and class path as this one.
 */
final class BackgroundStart {
  /** Set in the process in the background, so that it tells when it is ready. */
  static final String MARK = "S3SHARD_IN_BACKGROUND";

  private BackgroundStart() {}

  /** What became of it: {@code exit} 0 and mounted, or a message. */
  record Outcome(int exit, @Nullable String message) {}

  static Outcome start(List<String> arguments, List<String> jvmOptions, Path log)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command(arguments, jvmOptions));
    builder.environment().putAll(MemoryBudget.ENVIRONMENT);
    builder.environment().put(MARK, "1");
    // so that the names in arguments and paths are UTF-8 to Java whatever the caller's locale is
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put(Paths.CALLERS_FOLDER, Paths.absolute("").toString());
    builder.directory(new File("/"));
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process process = builder.start();
    try (BufferedReader answer = process.inputReader(StandardCharsets.UTF_8)) {
      String line = answer.readLine();
      if (line == null) {
        return new Outcome(ExitCode.OTHER.number(), died(process.waitFor(), log));
      }
      JsonObject told = JsonParser.parseString(line).getAsJsonObject();
      String message = told.has("message") ? told.get("message").getAsString() : null;
      return new Outcome(told.get("exit").getAsInt(), message);
    } catch (JsonParseException e) {
      return new Outcome(
          ExitCode.OTHER.number(),
          "the mount in the background did not say what became of it: see " + log);
    }
  }

  private static List<String> command(List<String> arguments, List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      command.add("/usr/bin/setsid");
    }
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElseGet(() -> System.getProperty("java.home") + "/bin/java"));
    ownOptions().filter(BackgroundStart::isInherited).forEach(command::add);
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", absolute(System.getProperty("java.class.path"))));
    command.add(Main.class.getName());
    command.addAll(arguments);
    return command;
  }

  private static Stream<String> ownOptions() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream();
  }

  /** Memory, collectors and debuggers are this process's own. */
  private static boolean isInherited(String option) {
    return !option.startsWith("-Xm")
        && !option.startsWith("-Xs")
        && !option.startsWith("-XX:")
        && !option.startsWith("-Xshare")
        && !option.startsWith("-Ds3shard.program")
        && !option.startsWith("-agentlib")
        && !option.startsWith("-javaagent");
  }

  private static String absolute(String classPath) {
    return Stream.of(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .reduce((a, b) -> a + File.pathSeparator + b)
        .orElse("");
  }

  /** The last line that it logged says more than its exit code. */
  private static String died(int code, Path log) throws IOException {
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    String last = lines.isEmpty() ? "nothing was logged" : lines.getLast().strip();
    return "the mount in the background died with exit code "
        + code
        + ": "
        + last
        + " (all of it: "
        + log
        + ")";
  }
}
