package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.PrintWriter;
import java.util.regex.Pattern;

/**
 * A JSON document as YAML in block style. Strings stay in JSON's quotes, which YAML reads as they
 * are.
 */
final class Yaml {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");

  private Yaml() {}

  static void print(JsonObject document, PrintWriter out) {
    printObject(document, "", "", out);
  }

  /**
   * {@code first}: what leads the first line, where {@code indent} leads the others; of the same
   * width.
   */
  private static void printObject(JsonObject object, String first, String indent, PrintWriter out) {
    String lead = first;
    for (var field : object.entrySet()) {
      printField(lead + key(field.getKey()) + ":", field.getValue(), indent, out);
      lead = indent;
    }
  }

  private static String key(String name) {
    return PLAIN.matcher(name).matches() ? name : new JsonPrimitive(name).toString();
  }

  private static void printField(String start, JsonElement value, String indent, PrintWriter out) {
    if (value instanceof JsonObject object && !object.isEmpty()) {
      out.println(start);
      printObject(object, indent + "  ", indent + "  ", out);
    } else if (value instanceof JsonArray array && !array.isEmpty()) {
      out.println(start);
      array.forEach(item -> printItem(item, indent, out));
    } else {
      out.println(start + " " + value);
    }
  }

  private static void printItem(JsonElement item, String indent, PrintWriter out) {
    if (item instanceof JsonObject object && !object.isEmpty()) {
      printObject(object, indent + "- ", indent + "  ", out);
    } else {
      out.println(indent + "- " + item);
    }
  }
}
