package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.testing.Page;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the pages say of commands, options, files and tests is so. */
class DocumentationTest {
  private static final Pattern FSTAB =
      Pattern.compile("(s3://\\S+)\\s+(\\S+)\\s+fuse\\.s3shard\\s+(\\S+)\\s.*");
  private static final Pattern VARIABLE = Pattern.compile("S3SHARD_[A-Z_]*[A-Z]");
  private static final Pattern WORD = Pattern.compile("[a-z]+[0-9]*[A-Z]\\w+|[A-Z]+(?:_[A-Z]+)+");

  /** Of losetup, dd and such, and of scripts of this repository. */
  private static final Set<String> OPTIONS_OF_OTHERS =
      Set.of(
          "--allow-discards",
          "--set",
          "--direct-io",
          "--minio",
          "--quick",
          "--device-jobs",
          "--force-recreate");

  private final List<String> wrong = new ArrayList<>();

  @Test
  void eachLinkLeadsSomewhere() throws IOException {
    for (Page page : Page.all()) {
      for (Page.Line line : page.lines()) {
        for (String link : line.links()) {
          if (!link.matches("[a-z]+:.*") && !leadsSomewhere(page, link)) {
            wrong.add(page.at(line) + ": " + link);
          }
        }
      }
    }
    assertThat(wrong).as("links that lead nowhere").isEmpty();
  }

  private static boolean leadsSomewhere(Page page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target =
        parts[0].isEmpty()
            ? page.file()
            : page.file().resolveSibling(URI.create(parts[0]).getPath()).normalize();
    boolean there = Files.exists(target);
    return parts.length == 1 ? there : there && Page.read(target).anchors().contains(parts[1]);
  }

  @Test
  void eachCommandLineIsUnderstood() throws IOException {
    int checked = 0;
    for (Page page : Page.all()) {
      if (page.isPlan()) {
        continue;
      }
      for (Page.Line line : page.code().toList()) {
        for (List<String> arguments : commandLines(line.text())) {
          checked++;
          parse(page.at(line), arguments);
        }
      }
    }
    assertThat(wrong).as("command lines that s3shard does not understand").isEmpty();
    assertThat(checked).isGreaterThan(20);
  }

  private static List<List<String>> commandLines(String line) {
    Matcher fstab = FSTAB.matcher(line);
    if (fstab.matches()) {
      List<String> helper = List.of(fstab.group(1), fstab.group(2), "-o", fstab.group(3));
      return List.of(MountArguments.of(MountArguments.MOUNT_HELPER, helper));
    }
    return ShellLine.commands(line);
  }

  private void parse(String where, List<String> arguments) {
    try {
      List<String> all = MountArguments.of("s3shard", arguments);
      CommandReference.commands().parseArgs(all.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      wrong.add(where + ": s3shard " + String.join(" ", arguments) + ": " + e.getMessage());
    }
  }

  /** In running text a command may be cut short, but what is there exists. */
  @Test
  void whatIsMentionedOfCommandsExists() throws IOException {
    Set<String> options = options();
    for (Page page : Page.all()) {
      if (!page.isForUsers()) {
        continue;
      }
      for (Page.Line line : page.lines()) {
        for (String code : line.inlineCode()) {
          mentioned(page.at(line), code, options);
        }
      }
    }
    assertThat(wrong).as("commands and options that s3shard does not have").isEmpty();
  }

  private void mentioned(String where, String code, Set<String> options) {
    if (code.startsWith("--")) {
      String option = code.split("[ =]", 2)[0];
      if (!options.contains(option) && !OPTIONS_OF_OTHERS.contains(option)) {
        wrong.add(where + ": " + code);
      }
    }
    for (List<String> arguments : ShellLine.commands(code)) {
      CommandLine command = CommandReference.commands();
      if (!arguments.isEmpty() && !arguments.getFirst().startsWith("-")) {
        command = command.getSubcommands().get(arguments.getFirst());
      }
      if (command == null || !arguments.stream().allMatch(isKnownTo(command))) {
        wrong.add(where + ": " + code);
      }
    }
  }

  private static java.util.function.Predicate<String> isKnownTo(CommandLine command) {
    return argument ->
        !argument.startsWith("-")
            || command.getCommandSpec().findOption(argument.split("=", 2)[0]) != null;
  }

  @Test
  void eachVariableIsLookedAt() throws IOException {
    Set<String> known = options();
    Set<String> variables =
        known.stream().map(ConfiguredDefaults::variable).collect(Collectors.toSet());
    variables.add("S3SHARD_SOME_NAME");
    String programs =
        text(Page.root().resolve("dev.d")) + text(Page.root().resolve("driver/src/main"));
    programs += Files.readString(Page.root().resolve("dev"));
    for (Page page : Page.all()) {
      for (Page.Line line : page.lines()) {
        for (String variable :
            VARIABLE.matcher(line.text()).results().map(m -> m.group()).toList()) {
          if (!variables.contains(variable) && !programs.contains(variable)) {
            wrong.add(page.at(line) + ": " + variable);
          }
        }
      }
    }
    assertThat(wrong).as("variables that nobody looks at").isEmpty();
  }

  @Test
  void theTestsOfThePromisesExist() throws IOException {
    Page architecture = Page.read(Page.root().resolve("ARCHITECTURE.md"));
    String tests =
        text(Page.root().resolve("driver/src/test")) + text(Page.root().resolve("e2e/src"));
    Set<String> promises = new HashSet<>();
    for (Page.Line line : architecture.lines()) {
      if (!line.text().matches("\\| [1-9] \\|.*")) {
        continue;
      }
      promises.add(line.text().substring(0, 5));
      for (String code : line.inlineCode()) {
        if (WORD.matcher(code).matches() && !tests.contains(code)) {
          wrong.add(architecture.at(line) + ": " + code);
        }
      }
    }
    assertThat(wrong).as("tests that are not there").isEmpty();
    assertThat(promises).hasSize(9);
  }

  @Test
  void theReferenceOfCommandsIsTheirHelp() throws IOException {
    assertThat(Files.readString(Page.root().resolve("docs/cli.md")))
        .as("docs/cli.md is old: write it anew with ./dev docs")
        .isEqualTo(CommandReference.page().stripTrailing() + "\n");
  }

  private static Set<String> options() {
    CommandLine root = CommandReference.commands();
    return Stream.concat(Stream.of(root), root.getSubcommands().values().stream())
        .flatMap(command -> command.getCommandSpec().options().stream())
        .map(OptionSpec::names)
        .flatMap(Stream::of)
        .collect(Collectors.toSet());
  }

  /** All sources below {@code folder}, one after the other. */
  private static String text(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().matches(".*\\.(java|sh)")).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }
}
