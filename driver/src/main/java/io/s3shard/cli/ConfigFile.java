package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/**
 * A file of options in TOML: {@code some-option = "value"} for every command that has it, and below
 * {@code [mount]} or {@code [snapshot.create]} for that one.
 *
 * @param path the file, for messages
 */
record ConfigFile(Path path, List<Entry> entries) {
  private static final Path OF_THE_MACHINE = Path.of("/etc/s3shard/config.toml");

  /**
   * An option that is set.
   *
   * @param command the names of the command that it is for, {@code [snapshot, create]}; empty: all
   * @param line in the file, from 1
   */
  record Entry(List<String> command, String option, String value, int line) {}

  /**
   * The files that count, the most important first: {@code S3SHARD_CONFIG}, else the user's and the
   * machine's.
   *
   * @throws InvalidRequest if one of them can't be read, or is no TOML
   */
  static List<ConfigFile> all(Map<String, String> environment) {
    String chosen = environment.getOrDefault("S3SHARD_CONFIG", "");
    if (!chosen.isEmpty()) {
      return List.of(read(Paths.absolute(chosen)));
    }
    return Stream.concat(ofTheUser(environment).stream(), Stream.of(OF_THE_MACHINE))
        .filter(Files::exists)
        .map(ConfigFile::read)
        .toList();
  }

  private static Optional<Path> ofTheUser(Map<String, String> environment) {
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    if (config.isEmpty() && home.isEmpty()) {
      return Optional.empty();
    }
    Path folder = config.isEmpty() ? Path.of(home, ".config") : Path.of(config);
    return Optional.of(folder.resolve("s3shard").resolve("config.toml"));
  }

  static ConfigFile read(Path path) {
    TomlParseResult parsed;
    try {
      parsed = Toml.parse(path);
    } catch (IOException e) {
      throw new InvalidRequest("the configuration " + path + " can't be read: " + e);
    }
    if (parsed.hasErrors()) {
      var error = parsed.errors().getFirst();
      throw new InvalidRequest(
          path + ", line " + error.position().line() + ": " + error.getMessage());
    }
    List<Entry> entries = new ArrayList<>();
    collect(path, List.of(), parsed, entries);
    return new ConfigFile(path, List.copyOf(entries));
  }

  private static void collect(
      Path path, List<String> command, TomlTable table, List<Entry> entries) {
    for (String key : table.keySet()) {
      Object value = table.get(List.of(key));
      int line = table.inputPositionOf(List.of(key)).line();
      switch (value) {
        case TomlTable inner ->
            collect(path, Stream.concat(command.stream(), Stream.of(key)).toList(), inner, entries);
        case String text -> entries.add(new Entry(command, key, text, line));
        case Long number -> entries.add(new Entry(command, key, number.toString(), line));
        case Boolean flag -> entries.add(new Entry(command, key, flag.toString(), line));
        case null, default ->
            throw new InvalidRequest(
                path + ", line " + line + ": " + key + " must be a text, a number, true or false");
      }
    }
  }

  /** What this file says of an option of a command: for the command itself, else for all. */
  Optional<Entry> find(List<String> command, String option) {
    return entry(command, option).or(() -> entry(List.of(), option));
  }

  private Optional<Entry> entry(List<String> command, String option) {
    return entries.stream()
        .filter(entry -> entry.command().equals(command) && entry.option().equals(option))
        .findFirst();
  }
}
