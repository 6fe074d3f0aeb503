package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables and YAML. */
class PrintingTest {
  @Test
  void columnsLineUpAndNothingTrails() {
    StringWriter text = new StringWriter();
    Table.print(
        List.of("NAME", "SIZE"),
        List.of(List.of("a", "1"), List.of("long name", "")),
        new PrintWriter(text, true));
    assertThat(text.toString()).isEqualTo("NAME       SIZE\na          1\nlong name\n");
  }

  @Test
  void aNameCanNotSteerTheTerminal() {
    assertThat(Table.printable("a\u001b[2J\nb")).isEqualTo("a\\u001b[2J\\u000ab");
  }

  @Test
  void yamlIsNestedAndQuoted() {
    JsonObject document =
        JsonParser.parseString(
                """
                {"kind": "X", "items": [{"name": "a: b", "deep": {"n": 1}}, {"name": "-"}], "none": [], "empty": {}, "a b": true}
                """)
            .getAsJsonObject();
    StringWriter text = new StringWriter();
    Yaml.print(document, new PrintWriter(text, true));
    assertThat(text.toString())
        .isEqualTo(
            """
            kind: "X"
            items:
            - name: "a: b"
              deep:
                n: 1
            - name: "-"
            none: []
            empty: {}
            "a b": true
            """);
  }
}
