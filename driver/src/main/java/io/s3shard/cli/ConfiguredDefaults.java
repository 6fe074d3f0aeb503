package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Gives each option {@code --some-name} that is not on the command line the value of {@code
 * S3SHARD_SOME_NAME}, if that is set, else what the first file that names it says.
 */
record ConfiguredDefaults(Map<String, String> environment, List<ConfigFile> files)
    implements CommandLine.IDefaultValueProvider {

  /**
   * @throws InvalidRequest if a file can't be read
   */
  static ConfiguredDefaults of(Map<String, String> environment) {
    return new ConfiguredDefaults(environment, ConfigFile.all(environment));
  }

  /**
   * A value that is set.
   *
   * @param origin the variable, or the file and the line
   * @param command the one command that it is for; empty: all that have the option
   */
  record Setting(String option, String value, String origin, List<String> command) {}

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    String value = environment.get(variable(option.longestName()));
    if (value != null && !value.isEmpty()) {
      return value;
    }
    List<String> command = names(option.command());
    return files.stream()
        .flatMap(file -> file.find(command, plain(option)).stream())
        .findFirst()
        .map(ConfigFile.Entry::value)
        .orElse(null);
  }

  /** {@code --cache-dir}: {@code S3SHARD_CACHE_DIR}. */
  static String variable(String option) {
    return "S3SHARD_" + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** What is set, what wins before what it wins over. */
  List<Setting> settings(CommandLine root) {
    List<Setting> settings = new ArrayList<>();
    for (String option :
        new TreeSet<>(options(root).values().stream().flatMap(List::stream).toList())) {
      String value = environment.getOrDefault(variable(option), "");
      if (!value.isEmpty()) {
        settings.add(new Setting(option, value, variable(option), List.of()));
      }
    }
    for (ConfigFile file : files) {
      Stream.of(false, true)
          .flatMap(general ->
              file.entries().stream().filter(entry -> entry.command().isEmpty() == general))
          .map(entry ->
              new Setting(
                  entry.option(),
                  entry.value(),
                  file.path() + ", line " + entry.line(),
                  entry.command()))
          .forEach(settings::add);
    }
    return settings;
  }

  /**
   * @throws InvalidRequest if a file names a command or an option that does not exist
   */
  void refuseUnknown(CommandLine root) {
    Map<List<String>, List<String>> known = options(root);
    for (ConfigFile file : files) {
      for (ConfigFile.Entry entry : file.entries()) {
        problem(known, entry)
            .ifPresent(problem -> {
              throw new InvalidRequest(file.path() + ", line " + entry.line() + ": " + problem);
            });
      }
    }
  }

  private static Optional<String> problem(
      Map<List<String>, List<String>> known, ConfigFile.Entry entry) {
    String command = "s3shard " + String.join(" ", entry.command());
    if (entry.command().isEmpty()) {
      return known.values().stream().anyMatch(options -> options.contains(entry.option()))
          ? Optional.empty()
          : Optional.of("no command has an option --" + entry.option());
    }
    List<String> options = known.get(entry.command());
    if (options == null) {
      return Optional.of("there is no command '" + command + "'; 's3shard --help' lists them");
    }
    return options.contains(entry.option())
        ? Optional.empty()
        : Optional.of(
            "'"
                + command
                + "' has no option --"
                + entry.option()
                + " (see '"
                + command
                + " --help')");
  }

  /** By the names of each command: its options, without hyphens. */
  private static Map<List<String>, List<String>> options(CommandLine root) {
    Map<List<String>, List<String>> options = new LinkedHashMap<>();
    collect(root, options);
    return options;
  }

  private static void collect(CommandLine line, Map<List<String>, List<String>> options) {
    CommandSpec spec = line.getCommandSpec();
    options.put(
        names(spec),
        spec.options().stream()
            .filter(option -> !option.usageHelp() && !option.versionHelp())
            .map(ConfiguredDefaults::plain)
            .toList());
    line.getSubcommands().values().forEach(inner -> collect(inner, options));
  }

  private static String plain(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  /** Of {@code s3shard snapshot create}: {@code [snapshot, create]}. */
  private static List<String> names(CommandSpec command) {
    List<String> names = new ArrayList<>();
    for (CommandSpec c = command; c.parent() != null; c = c.parent()) {
      names.addFirst(c.name());
    }
    return names;
  }
}
