package io.s3shard.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A line of a shell as documentation shows it, as far as commands of ours can be found in it. */
final class ShellLine {
  private static final Set<String> BETWEEN_COMMANDS = Set.of("|", "||", "&&", ";", "&");

  private ShellLine() {}

  /** The arguments of each {@code s3shard …} and {@code ./dev s3shard …} in the line. */
  static List<List<String>> commands(String line) {
    List<List<String>> found = new ArrayList<>();
    List<String> command = new ArrayList<>();
    List<String> words = new ArrayList<>(words(line));
    words.add(";");
    for (String word : words) {
      if (BETWEEN_COMMANDS.contains(word)) {
        arguments(command, found);
        command = new ArrayList<>();
      } else {
        command.add(word);
      }
    }
    return found;
  }

  private static void arguments(List<String> command, List<List<String>> found) {
    int at = 0;
    while (at < command.size() && isBefore(command.get(at))) {
      at++;
    }
    if (at < command.size() && command.get(at).equals("./dev")) {
      at++;
    }
    if (at < command.size() && command.get(at).equals("s3shard")) {
      List<String> rest = command.subList(at + 1, command.size());
      found.add(List.copyOf(rest.stream().takeWhile(word -> !endsCommand(word)).toList()));
    }
  }

  /** What may stand before a command: a prompt, an assignment, a program that runs another one. */
  private static boolean isBefore(String word) {
    return Set.of("$", "#", "sudo", "nice", "exec").contains(word) || word.matches("[A-Z_]+=.*");
  }

  /** A redirection, or a remark. */
  private static boolean endsCommand(String word) {
    return word.matches("[0-9]?[<>].*") || word.startsWith("#") || word.startsWith("(");
  }

  /** Words with their quotes taken off. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (char c : line.toCharArray()) {
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
        if (quote != 0) {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (c == ' ' || c == ';') {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
        if (c == ';') {
          words.add(";");
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
