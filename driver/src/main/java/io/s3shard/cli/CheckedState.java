package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.image.VolumeCheck;
import java.util.ArrayList;
import java.util.List;

/**
 * One state of a volume, and what a check found in it. {@code id}: empty if not even that is known.
 */
record CheckedState(String name, String id, VolumeCheck.Report report) {
  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("name", name);
    json.addProperty("id", id);
    json.addProperty("sizeBytes", report.sizeBytes());
    json.addProperty("objects", report.objects());
    json.addProperty("verifiedBytes", report.verifiedBytes());
    JsonArray lost = new JsonArray();
    for (VolumeCheck.Lost range : report.lost()) {
      JsonObject one = new JsonObject();
      one.addProperty("offset", range.offset());
      one.addProperty("length", range.length());
      one.addProperty("problem", range.problem());
      lost.add(one);
    }
    json.add("lost", lost);
    return json;
  }

  List<List<String>> rows() {
    String good =
        Sizes.format(report.verifiedBytes()) + " in " + report.objects() + " objects are good";
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of(name, isDamaged() ? "DAMAGED" : "ok", good));
    for (VolumeCheck.Lost range : report.lost()) {
      long last = range.offset() + range.length() - 1;
      rows.add(
          List.of(
              name, "lost", "bytes " + range.offset() + " to " + last + ": " + range.problem()));
    }
    return rows;
  }

  boolean isDamaged() {
    return !report.lost().isEmpty();
  }
}
