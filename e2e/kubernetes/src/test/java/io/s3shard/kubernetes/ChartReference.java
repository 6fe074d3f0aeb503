package io.s3shard.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Writes the chart's README: each value, its default, and what the schema says of it. */
public final class ChartReference {
  static final Path FILE = Chart.FOLDER.resolve("README.md");

  private final StringBuilder text =
      new StringBuilder(
          """
          # The chart s3shard

          How to install: [docs/install.md](../../docs/install.md); values to start from: [helm/](../../helm/README.md). Written by `./dev manifests` from
          values.yaml and values.schema.json, which refuses what is not here.

          | value | default | |
          |---|---|---|
          """);

  private ChartReference() {}

  static String rendered() throws IOException {
    JsonNode schema = new ObjectMapper().readTree(Chart.FOLDER.resolve("values.schema.json"));
    JsonNode values = new YAMLMapper().readTree(Chart.FOLDER.resolve("values.yaml"));
    ChartReference reference = new ChartReference();
    reference.add("", schema, values);
    return reference.text.toString();
  }

  private void add(String path, JsonNode schema, JsonNode values) {
    for (Map.Entry<String, JsonNode> each : schema.path("properties").properties()) {
      String name = path.isEmpty() ? each.getKey() : path + "." + each.getKey();
      JsonNode value = values.path(each.getKey());
      JsonNode inner = each.getValue();
      if (inner.has("properties")) {
        add(name, inner, value);
      } else {
        row(name, value.isMissingNode() ? "" : value.toString(), inner);
        if (inner.path("items").has("properties")) {
          add(name + "[]", inner.path("items"), new ObjectMapper().createObjectNode());
        }
      }
    }
  }

  private void row(String name, String value, JsonNode schema) {
    text.append("| `").append(name).append("` | ");
    text.append(value.isEmpty() ? "" : "`" + value + "`").append(" | ");
    text.append(schema.path("description").asString());
    if (schema.has("enum")) {
      text.append(": ").append(schema.path("enum").toString().replaceAll("[\\[\\]\"]", ""));
    }
    text.append(" |\n");
  }

  public static void main(String[] arguments) throws IOException {
    Files.writeString(FILE, rendered());
  }
}
