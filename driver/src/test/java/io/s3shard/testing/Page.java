package io.s3shard.testing;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of Markdown of this repository, by lines. */
public record Page(Path file, List<Line> lines) {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern INLINE_CODE = Pattern.compile("`([^`]+)`");

  /** {@code isCode}: in a fenced or indented block. */
  public record Line(int number, String text, boolean isCode) {
    /** Targets of links, as they are written. */
    public List<String> links() {
      return isCode ? List.of() : matches(LINK);
    }

    /** What stands between backticks. */
    public List<String> inlineCode() {
      return isCode ? List.of() : matches(INLINE_CODE);
    }

    private List<String> matches(Pattern pattern) {
      return pattern.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
    }
  }

  /** The folder of the checkout: tests run in that of their module. */
  public static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("dev")) ? here : here.getParent();
  }

  /** All pages of the repository, without what is built or hidden. */
  public static List<Page> all() throws IOException {
    List<Page> pages = new ArrayList<>();
    Files.walkFileTree(
        root(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skip =
                !folder.equals(root()) && (name.startsWith(".") || name.equals("target"));
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (file.toString().endsWith(".md")) {
              pages.add(read(file));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }

  public static Page read(Path file) throws IOException {
    List<Line> lines = new ArrayList<>();
    boolean fenced = false;
    String previous = "";
    boolean indented = false;
    for (String text : Files.readAllLines(file)) {
      boolean fence = text.strip().startsWith("```");
      // an indented block begins after an empty line; a list's second line does not
      indented = text.startsWith("    ") && (indented || previous.isBlank());
      lines.add(new Line(lines.size() + 1, text.strip(), !fence && (fenced || indented)));
      fenced = fence != fenced;
      previous = text;
    }
    return new Page(file, lines);
  }

  /** The anchors of its headings, as GitHub makes them. */
  public Set<String> anchors() {
    return lines.stream()
        .filter(line -> !line.isCode() && line.text().startsWith("#"))
        .map(line -> line.text().replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  /** The metrics that its tables list. */
  public SortedSet<String> metrics() {
    return lines.stream()
        .filter(line -> line.text().startsWith("| `s3shard_"))
        .map(line -> line.inlineCode().getFirst())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Where on the page, for people. */
  public String at(Line line) {
    return root().relativize(file) + ":" + line.number();
  }

  public Stream<Line> code() {
    return lines.stream().filter(Line::isCode);
  }

  /** RFCs speak of what is planned. */
  public boolean isPlan() {
    return file.startsWith(root().resolve("docs/rfcs"));
  }

  /** The pages at the root and in docs, which speak of what is there. */
  public boolean isForUsers() {
    boolean docs = file.startsWith(root().resolve("docs")) && !isPlan();
    return docs || root().equals(file.getParent());
  }
}
