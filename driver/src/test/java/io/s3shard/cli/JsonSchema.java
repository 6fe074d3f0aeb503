package io.s3shard.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** As much of JSON Schema as our schemas use; a word that it does not know is a failure. */
final class JsonSchema {
  private static final Set<String> KNOWN =
      Set.of(
          "$schema",
          "title",
          "type",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "const",
          "enum",
          "pattern",
          "minimum");

  private JsonSchema() {}

  /** What is wrong with {@code document}, which says of which kind it is. */
  static List<String> problems(JsonObject document) throws IOException {
    String file = "schema/" + document.get("kind").getAsString() + ".json";
    try (InputStream in = JsonSchema.class.getResourceAsStream(file)) {
      if (in == null) {
        return List.of("no " + file);
      }
      JsonElement schema =
          JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      List<String> problems = new ArrayList<>();
      check(document, schema.getAsJsonObject(), "$", problems);
      return problems;
    }
  }

  private static void check(
      JsonElement value, JsonObject schema, String at, List<String> problems) {
    schema.keySet().stream()
        .filter(word -> !KNOWN.contains(word))
        .forEach(word -> problems.add(at + ": unknown word " + word));
    if (schema.has("type") && !isOfType(value, schema.get("type").getAsString())) {
      problems.add(at + " is no " + schema.get("type").getAsString() + ": " + value);
      return;
    }
    if (schema.has("const") && !schema.get("const").equals(value)) {
      problems.add(at + " is not " + schema.get("const") + ": " + value);
    }
    if (schema.has("enum") && !schema.getAsJsonArray("enum").contains(value)) {
      problems.add(at + " is none of " + schema.get("enum") + ": " + value);
    }
    if (schema.has("pattern")
        && !Pattern.compile(schema.get("pattern").getAsString())
            .matcher(value.getAsString())
            .find()) {
      problems.add(at + " does not match " + schema.get("pattern") + ": " + value);
    }
    if (schema.has("minimum") && value.getAsDouble() < schema.get("minimum").getAsDouble()) {
      problems.add(at + " is less than " + schema.get("minimum") + ": " + value);
    }
    if (value.isJsonArray() && schema.has("items")) {
      for (int i = 0; i < value.getAsJsonArray().size(); i++) {
        check(
            value.getAsJsonArray().get(i),
            schema.getAsJsonObject("items"),
            at + "[" + i + "]",
            problems);
      }
    }
    if (value.isJsonObject()) {
      checkObject(value.getAsJsonObject(), schema, at, problems);
    }
  }

  private static void checkObject(
      JsonObject object, JsonObject schema, String at, List<String> problems) {
    if (schema.has("required")) {
      for (JsonElement name : schema.getAsJsonArray("required")) {
        if (!object.has(name.getAsString())) {
          problems.add(at + " lacks " + name);
        }
      }
    }
    JsonObject properties =
        schema.has("properties") ? schema.getAsJsonObject("properties") : new JsonObject();
    JsonElement others = schema.get("additionalProperties");
    for (var field : object.entrySet()) {
      String inside = at + "." + field.getKey();
      if (properties.has(field.getKey())) {
        check(field.getValue(), properties.getAsJsonObject(field.getKey()), inside, problems);
      } else if (others != null && others.isJsonObject()) {
        check(field.getValue(), others.getAsJsonObject(), inside, problems);
      } else if (others != null && !others.getAsBoolean()) {
        problems.add(inside + " is not in the schema");
      }
    }
  }

  private static boolean isOfType(JsonElement value, String type) {
    return switch (type) {
      case "object" -> value.isJsonObject();
      case "array" -> value.isJsonArray();
      case "string" -> value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
      case "boolean" -> value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
      case "number" -> value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
      case "integer" ->
          value.isJsonPrimitive()
              && value.getAsJsonPrimitive().isNumber()
              && value.getAsString().matches("-?[0-9]+");
      default -> false;
    };
  }
}
