package io.s3shard.cli;

import io.s3shard.error.S3ShardException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * How a command's failure reaches a person: one line, and the exit code; the stack trace only with
 * {@code --debug}.
 */
final class Failures
    implements CommandLine.IExecutionExceptionHandler, CommandLine.IParameterExceptionHandler {
  private final PrintWriter err;
  private final S3Shard root;

  Failures(PrintWriter err, S3Shard root) {
    this.err = err;
    this.root = root;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    return report(failure);
  }

  @Override
  public int handleParseException(CommandLine.ParameterException failure, String[] arguments) {
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    StringBuilder line = new StringBuilder(usageMessage(failure));
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched) {
      List<String> near = unmatched.getSuggestions();
      if (!near.isEmpty()) {
        line.append("; did you mean ").append(String.join(", ", near)).append('?');
      }
    }
    err.println("s3shard: " + line + " (see '" + command + " --help')");
    err.flush();
    return ExitCode.USAGE.number();
  }

  /** What is wrong with a value is said by who parsed it; picocli adds of which parameter. */
  private static String usageMessage(CommandLine.ParameterException failure) {
    if (failure.getArgSpec() != null
        && failure.getCause() instanceof CommandLine.TypeConversionException wrong) {
      var argument = failure.getArgSpec();
      String name =
          argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
      return name + ": " + oneLine(wrong);
    }
    return oneLine(failure);
  }

  /** Prints the failure and returns the exit code. */
  int report(Throwable failure) {
    err.println("s3shard: " + message(failure));
    if (root.debug) {
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCode.of(failure).number();
  }

  /**
   * One line for people. A failure that nobody classified says its class, since its message was not
   * written for them.
   */
  static String message(Throwable failure) {
    if (failure instanceof S3ShardException) {
      return oneLine(failure);
    }
    return "unexpected failure: "
        + failure.getClass().getSimpleName()
        + ": "
        + oneLine(failure)
        + " (run it with --debug and report it)";
  }

  private static String oneLine(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null ? "no message" : Table.printable(message.replaceAll("\\s*\\R\\s*", " "));
  }
}
