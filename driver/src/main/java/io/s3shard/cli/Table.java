package io.s3shard.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows as columns of equal width, two spaces apart, nothing after the last. */
final class Table {
  private Table() {}

  static void print(List<String> header, List<List<String>> rows, PrintWriter out) {
    List<List<String>> all = new ArrayList<>();
    if (!header.isEmpty()) {
      all.add(header);
    }
    all.addAll(rows);
    int columns = all.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : all) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], printable(row.get(i)).length());
      }
    }
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String cell = printable(row.get(i));
        line.append(cell);
        if (i < row.size() - 1) {
          line.append(" ".repeat(widths[i] - cell.length() + 2));
        }
      }
      out.println(line.toString().stripTrailing());
    }
  }

  /** A name may hold any characters; none of them may steer the terminal or break the line. */
  static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          if (Character.isISOControl(c)) {
            clean.append(String.format("\\u%04x", c));
          } else {
            clean.appendCodePoint(c);
          }
        });
    return clean.toString();
  }
}
