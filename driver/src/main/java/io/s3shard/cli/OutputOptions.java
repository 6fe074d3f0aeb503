package io.s3shard.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In which form a command prints its result. */
final class OutputOptions {
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /** The forms. */
  enum Form {
    table,
    wide,
    json,
    yaml,
    name
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "How to print the result: ${COMPLETION-CANDIDATES}.")
  private @Nullable Form form;

  @Option(names = "--json", description = "The same as -o json.")
  private boolean json;

  void print(Document document, PrintWriter out) {
    print(document, form == null ? Form.table : form, out);
  }

  /** For what reads badly as a table. */
  void printJsonUnlessAsked(Document document, PrintWriter out) {
    print(document, form == null ? Form.json : form, out);
  }

  boolean isJson() {
    return json || form == Form.json;
  }

  private void print(Document document, Form asked, PrintWriter out) {
    switch (json ? Form.json : asked) {
      case table -> Table.print(document.header(), document.rows(), out);
      case wide -> Table.print(document.asWide().header(), document.asWide().rows(), out);
      case json -> out.println(JSON.toJson(document.json()));
      case yaml -> Yaml.print(document.json(), out);
      case name -> document.names().forEach(out::println);
    }
    out.flush();
  }
}
