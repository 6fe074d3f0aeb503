package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a mount did between two answers to {@code stats}. Schema {@code MountStats}: the second
 * answer, and {@code rates}.
 */
final class MountRates {
  private static final double DAY_SECONDS = 86_400;

  private final JsonObject before;
  private final JsonObject now;
  private final double seconds;

  /** From its start to {@code now}. */
  static MountRates sinceStart(JsonObject now) {
    JsonObject start = new JsonObject();
    start.addProperty("seconds", 0);
    start.add("volumes", new JsonArray());
    start.add("requests", new JsonArray());
    return new MountRates(start, now);
  }

  MountRates(JsonObject before, JsonObject now) {
    this.before = before;
    this.now = now;
    this.seconds =
        Math.max(1e-9, now.get("seconds").getAsDouble() - before.get("seconds").getAsDouble());
  }

  Document document() {
    JsonObject json = now.deepCopy();
    json.remove("exit");
    json.add("rates", rates());
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "mount",
            now.get("location").getAsString() + " on " + now.get("mountPoint").getAsString()));
    double away = now.get("bucketAwaySeconds").getAsDouble();
    rows.add(
        List.of(
            "bucket",
            away > 0 ? String.format(Locale.ROOT, "away for %.0f s, I/O waits", away) : "answers"));
    now.getAsJsonArray("volumes").forEach(volume -> rows.add(row(volume.getAsJsonObject())));
    rows.add(List.of("cache", cacheText()));
    rows.add(List.of("memory", memoryText()));
    rows.add(List.of("requests", requestsText()));
    rows.add(
        List.of(
            "price",
            String.format(
                Locale.ROOT,
                "$%.2f a day at this rate, $%.4f since the start",
                dollarsADay(),
                dollars(now))));
    rows.add(List.of("since start", sinceStartText()));
    return Document.object("MountStats", json, rows, List.of(now.get("location").getAsString()));
  }

  private List<String> row(JsonObject volume) {
    String name = volume.get("name").getAsString();
    return List.of(
        name,
        String.format(
            Locale.ROOT,
            "%s  read %s/s (%.0f/s)  write %s/s (%.0f/s)  flush %.1f/s  not committed %s, oldest %.1f s%s",
            volume.get("state").getAsString(),
            Sizes.format(Math.round(io(volume, "read", "bytes"))),
            io(volume, "read", "operations"),
            Sizes.format(Math.round(io(volume, "write", "bytes"))),
            io(volume, "write", "operations"),
            io(volume, "flush", "operations"),
            Sizes.format(volume.get("dirtyBytes").getAsLong()),
            volume.get("oldestDirtySeconds").getAsDouble(),
            SpaceFigures.text(volume.getAsJsonObject("space"))));
  }

  /** A second of it. A volume that was not open before began at zero. */
  private double io(JsonObject volume, String operation, String what) {
    double earlier = 0;
    for (JsonElement old : before.getAsJsonArray("volumes")) {
      if (old.getAsJsonObject().get("name").equals(volume.get("name"))) {
        earlier = count(old.getAsJsonObject(), operation, what);
      }
    }
    return Math.max(0, count(volume, operation, what) - earlier) / seconds;
  }

  private static double count(JsonObject volume, String operation, String what) {
    return volume.getAsJsonObject("io").getAsJsonObject(operation).get(what).getAsDouble();
  }

  private JsonObject rates() {
    JsonObject rates = new JsonObject();
    rates.addProperty("seconds", seconds);
    for (String operation : List.of("read", "write", "discard", "flush")) {
      rates.addProperty(
          (operation.equals("flush") ? "flushe" : operation) + "sPerSecond",
          total(operation, "operations"));
    }
    rates.addProperty("readBytesPerSecond", total("read", "bytes"));
    rates.addProperty("writeBytesPerSecond", total("write", "bytes"));
    JsonObject requests = new JsonObject();
    requestsByPurpose().forEach(requests::addProperty);
    rates.add("requestsPerSecondByPurpose", requests);
    rates.addProperty("dollarsADay", dollarsADay());
    return rates;
  }

  private double total(String operation, String what) {
    double total = 0;
    for (JsonElement volume : now.getAsJsonArray("volumes")) {
      total += io(volume.getAsJsonObject(), operation, what);
    }
    return total;
  }

  private String cacheText() {
    StringBuilder text = new StringBuilder();
    JsonObject tiers = now.getAsJsonObject("cache");
    for (String tier : tiers.keySet()) {
      JsonObject counts = tiers.getAsJsonObject(tier);
      double hits = counts.get("hits").getAsDouble();
      double asked = hits + counts.get("misses").getAsDouble();
      text.append(
          String.format(
              Locale.ROOT,
              "%s %s of %s, %.0f %% of %.0f found  ",
              tier,
              Sizes.format(counts.get("bytes").getAsLong()),
              Sizes.format(counts.get("limitBytes").getAsLong()),
              asked == 0 ? 0 : 100 * hits / asked,
              asked));
    }
    return text.toString().strip();
  }

  private String memoryText() {
    JsonObject memory = now.getAsJsonObject("memory");
    long resident = memory.get("rssAnonBytes").getAsLong() + memory.get("rssFileBytes").getAsLong();
    return "resident "
        + Sizes.format(resident)
        + "  heap "
        + Sizes.format(memory.get("heapBytes").getAsLong())
        + "  arenas "
        + Sizes.format(memory.get("arenaBytes").getAsLong())
        + "  buffers "
        + Sizes.format(memory.get("ioBufferBytes").getAsLong())
        + "  read ahead "
        + Sizes.format(memory.get("readAheadBytes").getAsLong());
  }

  private String requestsText() {
    StringBuilder text = new StringBuilder();
    requestsByPurpose()
        .forEach((purpose, rate) ->
            text.append(String.format(Locale.ROOT, "%s %.1f/s  ", purpose, rate)));
    return text.isEmpty() ? "none" : text.toString().strip();
  }

  private String sinceStartText() {
    Map<String, Double> counts = new TreeMap<>();
    add(counts, now, 1);
    StringBuilder text = new StringBuilder();
    counts.forEach(
        (purpose, count) -> text.append(String.format(Locale.ROOT, "%s %.0f  ", purpose, count)));
    String seconds =
        String.format(Locale.ROOT, " requests in %.0f s", now.get("seconds").getAsDouble());
    return (text.isEmpty() ? "no" : text.toString().strip()) + seconds;
  }

  private Map<String, Double> requestsByPurpose() {
    Map<String, Double> byPurpose = new TreeMap<>();
    add(byPurpose, now, 1);
    add(byPurpose, before, -1);
    byPurpose.replaceAll((purpose, count) -> count / seconds);
    byPurpose.values().removeIf(rate -> rate == 0);
    return byPurpose;
  }

  private static void add(Map<String, Double> byPurpose, JsonObject answer, int sign) {
    for (JsonElement row : answer.getAsJsonArray("requests")) {
      String purpose = row.getAsJsonObject().get("purpose").getAsString().toLowerCase(Locale.ROOT);
      byPurpose.merge(
          purpose, sign * row.getAsJsonObject().get("requests").getAsDouble(), Double::sum);
    }
  }

  /** At list prices, if it went on like this. */
  double dollarsADay() {
    return (dollars(now) - dollars(before)) / seconds * DAY_SECONDS;
  }

  private static double dollars(JsonObject answer) {
    double dollars = 0;
    for (JsonElement row : answer.getAsJsonArray("requests")) {
      dollars += row.getAsJsonObject().get("dollars").getAsDouble();
    }
    return dollars;
  }
}
