package io.s3shard.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a volume costs a day at list prices, in US dollars: what it takes up in the bucket, and, if
 * it is open on this host, the requests of the mount that has it, which others may share.
 */
record Price(double storageADay, Optional<Double> requestsADay) {
  /** Amazon's S3 Standard in us-east-1 (https://aws.amazon.com/s3/pricing/, 2026). */
  private static final double DOLLARS_A_GIB_AND_MONTH = 0.023;

  private static final double DAYS_A_MONTH = 365.0 / 12;

  static Price of(Usage usage, Location location, String name, Map<String, String> environment) {
    double gib = (double) usage.bytes() / (1L << 30);
    return new Price(
        gib * DOLLARS_A_GIB_AND_MONTH / DAYS_A_MONTH,
        mountOf(location, name, environment)
            .map(stats -> MountRates.sinceStart(stats).dollarsADay()));
  }

  /** What the mount of this host says that has the volume open. */
  private static Optional<JsonObject> mountOf(
      Location location, String name, Map<String, String> environment) {
    return RunDirectory.all(environment).stream()
        .flatMap(run -> ControlClient.ask(run, "stats").stream())
        .filter(stats -> stats.has("volumes") && isAbout(stats, location, name))
        .findFirst();
  }

  private static boolean isAbout(JsonObject stats, Location location, String name) {
    if (!stats.get("location").getAsString().equals(location.toString())) {
      return false;
    }
    for (JsonElement volume : stats.getAsJsonArray("volumes")) {
      if (volume.getAsJsonObject().get("name").getAsString().equals(name)) {
        return true;
      }
    }
    return false;
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("storageDollarsADay", storageADay);
    requestsADay.ifPresent(dollars -> json.addProperty("mountRequestsDollarsADay", dollars));
    return json;
  }

  List<String> row() {
    String storage = String.format(Locale.ROOT, "$%.4f a day to keep", storageADay);
    return List.of(
        "price",
        requestsADay
            .map(dollars ->
                String.format(
                    Locale.ROOT, "%s, $%.2f a day for its mount's requests", storage, dollars))
            .orElse(storage));
  }
}
