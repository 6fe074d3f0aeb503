package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/**
 * Where the program starts: takes the arguments as they were typed, runs the command, ends with its
 * exit code.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Execution execution = new ThreadExecution();
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            err,
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
            System.console() != null && System.console().isTerminal(),
            System.getenv(),
            execution,
            new Composition(execution, System.getenv()));
    int code;
    try {
      String program = System.getProperty("s3shard.program", "s3shard");
      code =
          run(
              surroundings,
              MountArguments.of(program, Arguments.typed(arguments)).toArray(String[]::new));
    } catch (InvalidRequest e) {
      err.println("s3shard: " + e.getMessage());
      code = ExitCode.USAGE.number();
    }
    System.exit(code);
  }

  /** Runs one command and returns its exit code. */
  static int run(Surroundings surroundings, String... arguments) {
    S3Shard root = new S3Shard();
    CommandLine line = commands(surroundings, root);
    try {
      ConfiguredDefaults defaults = ConfiguredDefaults.of(surroundings.environment());
      defaults.refuseUnknown(line);
      line.setDefaultValueProvider(defaults);
    } catch (InvalidRequest unreadable) {
      return new Failures(surroundings.err(), root).report(unreadable);
    }
    return line.execute(arguments);
  }

  private static void helpEverywhere(CommandLine line) {
    for (CommandLine command : line.getSubcommands().values()) {
      command.getCommandSpec().mixinStandardHelpOptions(true);
      helpEverywhere(command);
    }
  }

  /** All commands, ready to parse. */
  static CommandLine commands(Surroundings surroundings, S3Shard root) {
    Failures failures = new Failures(surroundings.err(), root);
    CommandLine line = new CommandLine(root);
    for (Object command : Commands.all(surroundings, root)) {
      line.addSubcommand(command);
    }
    helpEverywhere(line);
    line.setOut(surroundings.out());
    line.setErr(surroundings.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // a wrapper's or a unit's options come first, the user's last: the last one wins
    line.setOverwrittenOptionsAllowed(true);
    line.setExecutionExceptionHandler(failures);
    line.setParameterExceptionHandler(failures);
    Map<String, String> codes = new LinkedHashMap<>();
    Arrays.stream(ExitCode.values())
        .forEach(code -> codes.put(" " + code.number(), code.meaning()));
    line.getCommandSpec().usageMessage().exitCodeList(codes);
    line.setUsageHelpLongOptionsMaxWidth(28);
    line.setUsageHelpWidth(100);
    return line;
  }
}
