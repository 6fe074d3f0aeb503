package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.volume.PinPurpose;
import io.s3shard.volume.PinRequest;
import io.s3shard.volume.Snapshot;
import java.time.Instant;

/** What is said over a mount's socket about pins; both ends are of this program. */
final class PinMessages {
  private PinMessages() {}

  /** {@code storeTag}: of the prefix that is meant. */
  static JsonObject request(String storeTag, String volume, PinRequest request) {
    JsonObject json = new JsonObject();
    json.addProperty("store", storeTag);
    json.addProperty("volume", volume);
    json.addProperty("name", request.name());
    json.addProperty("purpose", request.purpose().text());
    json.addProperty("position", request.position());
    json.addProperty("hold", request.hold());
    return json;
  }

  static PinRequest request(JsonObject json, Instant now) {
    return new PinRequest(
        json.get("name").getAsString(),
        PinPurpose.of(json.get("purpose").getAsString()),
        json.get("position").getAsLong(),
        json.get("hold").getAsString(),
        now);
  }

  static JsonObject pinned(Snapshot pinned) {
    LivePin pin = pinned.pin();
    JsonObject json = new JsonObject();
    json.addProperty("volumeId", pinned.volume().value());
    json.addProperty("volume", pinned.volumeName());
    json.addProperty("slot", pin.slot());
    json.addProperty("position", pin.position());
    json.addProperty("name", pin.name());
    json.addProperty("purpose", pin.purpose());
    json.addProperty("createdMillis", pin.createdUnixMillis());
    json.addProperty("sizeBytes", pin.sizeBytes());
    return json;
  }

  static Snapshot pinned(JsonObject json) {
    LivePin pin =
        new LivePin(
            json.get("slot").getAsLong(),
            json.get("position").getAsLong(),
            json.get("name").getAsString(),
            json.get("purpose").getAsString(),
            json.get("createdMillis").getAsLong(),
            json.get("sizeBytes").getAsLong());
    return new Snapshot(
        new VolumeId(json.get("volumeId").getAsString()), json.get("volume").getAsString(), pin);
  }
}
