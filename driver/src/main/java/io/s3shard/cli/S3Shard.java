package io.s3shard.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command without a verb: it prints how it is used, and holds the options that every command
 * takes.
 */
@Command(
    name = "s3shard",
    description = "Image files in an S3 bucket that can be trusted with databases.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "Each option --some-name can be given as S3SHARD_SOME_NAME or in a file (see 's3shard config --help'); keys come from AWS's environment, profiles and roles."
    })
final class S3Shard implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print stack traces of failures, and log more.")
  boolean debug;

  @Option(
      names = "--log-level",
      scope = ScopeType.INHERIT,
      paramLabel = "LEVEL",
      description =
          "How much is logged: ${COMPLETION-CANDIDATES} (default: info for mount, else warn).")
  LogSetup.@Nullable Level logLevel;

  @Option(
      names = "--log-format",
      scope = ScopeType.INHERIT,
      paramLabel = "FORMAT",
      description = "How it is logged: ${COMPLETION-CANDIDATES} (default: text).")
  LogSetup.Format logFormat = LogSetup.Format.text;

  /** What is asked for, or else {@code usual}. */
  LogSetup.Level logLevel(LogSetup.Level usual) {
    if (logLevel != null) {
      return logLevel;
    }
    return debug ? LogSetup.Level.debug : usual;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "which command? 's3shard --help' lists them");
  }
}
