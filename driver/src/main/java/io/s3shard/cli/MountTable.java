package io.s3shard.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is mounted, by the kernel's table: it answers also when a mount does not. */
final class MountTable {
  static final String TYPE = "fuse.s3shard";

  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  private MountTable() {}

  static boolean isOurs(Path mountPoint) throws IOException {
    // bytes as they are: others may mount on names that are no UTF-8
    String bytes =
        new String(
            mountPoint.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    return Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1).stream()
        .anyMatch(line -> isOurs(line, bytes));
  }

  /** The mount points of our type. */
  static List<Path> ours() throws IOException {
    return Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1).stream()
        .map(line -> line.split(" "))
        .filter(fields -> fields.length > 4)
        .filter(fields -> isOurs(String.join(" ", fields), unescaped(fields[4])))
        .map(fields -> unescaped(fields[4]).getBytes(StandardCharsets.ISO_8859_1))
        .map(bytes -> Path.of(new String(bytes, StandardCharsets.UTF_8)))
        .toList();
  }

  /**
   * {@code 36 35 98:0 / /mnt rw,nosuid - fuse.s3shard s3://… rw}: the fifth field, and the first
   * after the hyphen.
   */
  static boolean isOurs(String line, String mountPoint) {
    List<String> fields = List.of(line.split(" "));
    int hyphen = fields.indexOf("-");
    return hyphen > 4
        && hyphen + 1 < fields.size()
        && unescaped(fields.get(4)).equals(mountPoint)
        && fields.get(hyphen + 1).equals(TYPE);
  }

  private static String unescaped(String field) {
    return OCTAL.matcher(field).replaceAll((MatchResult found) -> octal(found.group(1)));
  }

  private static String octal(String digits) {
    String character = String.valueOf((char) Integer.parseInt(digits, 8));
    return Matcher.quoteReplacement(character);
  }
}
