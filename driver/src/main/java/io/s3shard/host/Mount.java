package io.s3shard.host;

import java.nio.file.Path;
import java.util.List;

/**
 * A mount as the kernel lists it.
 *
 * @param device its numbers, such as {@code 7:0}: the same for all mounts of one file system
 * @param root which part of the file system is shown
 * @param options of this mount, such as {@code ro}
 * @param type of the file system
 * @param source what was mounted, such as {@code /dev/loop0}
 */
public record Mount(
    String device, String root, Path place, List<String> options, String type, String source) {
  public boolean isReadOnly() {
    return options.contains("ro");
  }

  /** One line of {@code /proc/self/mountinfo}: proc(5). */
  static Mount parse(String line) {
    String[] fields = line.split(" ", -1);
    int separator = 6;
    while (!fields[separator].equals("-")) {
      separator++;
    }
    return new Mount(
        fields[2],
        unescaped(fields[3]),
        Path.of(unescaped(fields[4])),
        List.of(fields[5].split(",")),
        fields[separator + 1],
        unescaped(fields[separator + 2]));
  }

  /** Blank, tab, newline and backslash are in octal. */
  private static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
