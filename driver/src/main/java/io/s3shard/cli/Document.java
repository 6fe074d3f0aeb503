package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a command found or did, in every form it can be printed in. The JSON is API: {@code
 * apiVersion} and {@code kind} say which schema it has ({@code schema/<kind>.json} among the
 * resources); sizes are bytes, times RFC 3339.
 *
 * @param header the table's header; empty: the rows are names and values
 * @param names what {@code -o name} prints, one a line
 * @param wide columns that {@code -o wide} adds, their header first; empty: none
 */
record Document(
    JsonObject json,
    List<String> header,
    List<List<String>> rows,
    List<String> names,
    List<List<String>> wide) {
  static final String API_VERSION = "s3shard.io/v1";

  /** An object of its own, printed as names and values. */
  static Document object(
      String kind, JsonObject fields, List<List<String>> rows, List<String> names) {
    return new Document(stamped(kind, fields), List.of(), rows, names, List.of());
  }

  /** A list of objects, printed as a table. */
  static Document list(
      String kind,
      List<JsonObject> items,
      List<String> header,
      List<List<String>> rows,
      List<String> names) {
    JsonArray array = new JsonArray();
    items.forEach(array::add);
    JsonObject fields = new JsonObject();
    fields.add("items", array);
    return new Document(stamped(kind, fields), header, rows, names, List.of());
  }

  /**
   * The same with more columns for {@code -o wide}.
   *
   * @param more a row for each row
   */
  Document widened(List<String> moreHeader, List<List<String>> more) {
    List<List<String>> columns = new ArrayList<>();
    columns.add(moreHeader);
    columns.addAll(more);
    return new Document(json, header, rows, names, List.copyOf(columns));
  }

  /** The header and the rows, with the columns of {@code -o wide}. */
  Document asWide() {
    if (wide.isEmpty()) {
      return this;
    }
    List<List<String>> wideRows = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      wideRows.add(joined(rows.get(i), wide.get(i + 1)));
    }
    return new Document(json, joined(header, wide.getFirst()), wideRows, names, List.of());
  }

  private static List<String> joined(List<String> some, List<String> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private static JsonObject stamped(String kind, JsonObject fields) {
    JsonObject json = new JsonObject();
    json.addProperty("apiVersion", API_VERSION);
    json.addProperty("kind", kind);
    for (var field : fields.entrySet()) {
      JsonElement value = field.getValue();
      json.add(field.getKey(), value);
    }
    return json;
  }
}
