package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.image.SpaceStatus;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What an open image takes up in the bucket, for {@code stats} and for Prometheus. */
final class SpaceFigures {
  /** The metrics of an image, by name. */
  static final Map<String, ToDoubleFunction<SpaceStatus>> GAUGES = gauges();

  private SpaceFigures() {}

  private static Map<String, ToDoubleFunction<SpaceStatus>> gauges() {
    Map<String, ToDoubleFunction<SpaceStatus>> gauges = new TreeMap<>();
    gauges.put("s3shard.space.counted", space -> space.counted() ? 1 : 0);
    gauges.put("s3shard.space.live.bytes", SpaceStatus::liveBytes);
    gauges.put("s3shard.space.dead.bytes", SpaceStatus::deadBytes);
    gauges.put("s3shard.space.segments", SpaceStatus::segments);
    gauges.put("s3shard.gathered.bytes", SpaceStatus::gatheredBytes);
    gauges.put("s3shard.merged.bytes", SpaceStatus::mergedBytes);
    gauges.put("s3shard.folded.bytes", SpaceStatus::foldedBytes);
    gauges.put("s3shard.deleted.objects", SpaceStatus::deletedObjects);
    return gauges;
  }

  static JsonObject json(SpaceStatus space) {
    JsonObject json = new JsonObject();
    json.addProperty("counted", space.counted());
    json.addProperty("liveBytes", space.liveBytes());
    json.addProperty("deadBytes", space.deadBytes());
    json.addProperty("segments", space.segments());
    json.addProperty("gatheredBytes", space.gatheredBytes());
    json.addProperty("mergedBytes", space.mergedBytes());
    json.addProperty("foldedBytes", space.foldedBytes());
    json.addProperty("deletedObjects", space.deletedObjects());
    return json;
  }

  /** For people: {@code live 1GiB, dead 20MiB}; nothing before all is counted. */
  static String text(JsonObject space) {
    return space.get("counted").getAsBoolean()
        ? "  live "
            + Sizes.format(space.get("liveBytes").getAsLong())
            + ", dead "
            + Sizes.format(space.get("deadBytes").getAsLong())
        : "";
  }
}
