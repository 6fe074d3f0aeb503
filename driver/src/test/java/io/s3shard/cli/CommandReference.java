package io.s3shard.cli;

import io.s3shard.execution.ThreadExecution;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/**
 * The page docs/cli.md: what {@code --help} of each command says. Run {@link #main} with its path
 * to write it anew ({@code ./dev docs}).
 */
final class CommandReference {
  private static final String HEAD =
      """
      # Commands

      What `--help` says, written by `./dev docs`. What each is for: [mounting.md](mounting.md), [operations.md](operations.md),
      [snapshots.md](snapshots.md).

      Sizes need a unit: `512MiB`, `10Gi`, `1GB`. So do durations: `500ms`, `5s`, `2m`, `1h`. Results go to stdout, all else to stderr. `--json` and `-o yaml` print documents with `apiVersion` and
      `kind`, whose schemas are in `driver/src/main/resources/io/s3shard/cli/schema`; sizes are in bytes, times are RFC 3339. `rm` asks for the volume's name, and without a terminal
      demands `--yes`.

      """;

  private CommandReference() {}

  /** All commands, ready to parse; they print nowhere. */
  static CommandLine commands() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Surroundings surroundings =
        new Surroundings(
            nowhere,
            nowhere,
            new BufferedReader(new StringReader("")),
            false,
            Map.of(),
            new ThreadExecution(),
            new Composition(new ThreadExecution(), Map.of()));
    return Main.commands(surroundings, new S3Shard());
  }

  static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    CommandLine root = commands();
    add(page, "s3shard", root);
    addSubcommands(page, "s3shard", root);
    return page.toString();
  }

  private static void addSubcommands(StringBuilder page, String title, CommandLine command) {
    command
        .getSubcommands()
        .forEach((name, subcommand) -> {
          add(page, title + " " + name, subcommand);
          addSubcommands(page, title + " " + name, subcommand);
        });
  }

  private static void add(StringBuilder page, String title, CommandLine command) {
    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing();
    page.append("## ").append(title).append("\n\n```text\n");
    help.lines().map(String::stripTrailing).forEach(line -> page.append(line).append('\n'));
    page.append("```\n\n");
  }

  public static void main(String[] arguments) throws IOException {
    Files.writeString(Path.of(arguments[0]), page().stripTrailing() + "\n");
  }
}
