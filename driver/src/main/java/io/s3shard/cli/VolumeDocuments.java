package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.log.CloneSource;
import io.s3shard.log.LivePin;
import io.s3shard.log.Owner;
import io.s3shard.log.VolumeState;
import io.s3shard.volume.Holders;
import io.s3shard.volume.Volume;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Volumes as documents: schemas {@code Volume} and {@code VolumeList}. */
final class VolumeDocuments {
  private VolumeDocuments() {}

  static Document list(List<Volume> volumes) {
    return Document.list(
            "VolumeList",
            volumes.stream().map(VolumeDocuments::json).toList(),
            List.of("NAME", "SIZE", "STATE", "HOLDER", "CREATED"),
            volumes.stream().map(VolumeDocuments::row).toList(),
            volumes.stream().map(Volume::name).toList())
        .widened(
            List.of("ID", "CHUNK", "PINS", "SLOT", "CLONE OF"),
            volumes.stream().map(VolumeDocuments::more).toList());
  }

  static Document one(Volume volume) {
    return one(volume, json(volume), List.of());
  }

  /** With its pins by name, what it takes up in the bucket, and what that costs. */
  static Document detailed(Volume volume, List<LivePin> pins, Usage usage, Price price) {
    JsonObject json = json(volume);
    JsonArray pinned = new JsonArray();
    pins.forEach(pin -> pinned.add(json(pin)));
    json.add("pinned", pinned);
    json.add("stored", usage.json());
    json.add("price", price.json());
    List<List<String>> more = new ArrayList<>();
    pins.forEach(pin -> more.add(List.of("pin", pin.name() + " (" + pin.purpose() + ")")));
    more.addAll(usage.rows());
    more.add(price.row());
    return one(volume, json, more);
  }

  private static Document one(Volume volume, JsonObject json, List<List<String>> more) {
    VolumeState state = volume.state();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("name", volume.name()));
    rows.add(List.of("id", volume.id().value()));
    rows.add(
        List.of("size", Sizes.format(state.sizeBytes()) + " (" + state.sizeBytes() + " bytes)"));
    rows.add(List.of("chunk size", Sizes.format(state.chunkSizeBytes())));
    rows.add(List.of("state", stateName(state)));
    state.owner().ifPresent(owner -> rows.add(List.of("open", Holders.describe(owner))));
    state
        .source()
        .ifPresent(source ->
            rows.add(List.of("clone of", source.volume() + " at slot " + source.position())));
    rows.add(List.of("created", time(state.createdUnixMillis())));
    rows.add(List.of("pins", String.valueOf(state.pins().count())));
    rows.add(List.of("log's last slot", String.valueOf(state.tail())));
    rows.addAll(more);
    return Document.object("Volume", json, rows, List.of(volume.name()));
  }

  private static JsonObject json(Volume volume) {
    VolumeState state = volume.state();
    JsonObject json = new JsonObject();
    json.addProperty("name", volume.name());
    json.addProperty("id", volume.id().value());
    json.addProperty("sizeBytes", state.sizeBytes());
    json.addProperty("chunkSizeBytes", state.chunkSizeBytes());
    json.addProperty("state", stateName(state));
    state.owner().ifPresent(owner -> json.add("holder", json(owner)));
    state.source().ifPresent(source -> json.add("source", json(source)));
    json.addProperty("created", time(state.createdUnixMillis()));
    json.addProperty("pins", state.pins().count());
    json.addProperty("slot", state.tail());
    JsonObject attributes = new JsonObject();
    state.attributes().forEach(attributes::addProperty);
    json.add("attributes", attributes);
    return json;
  }

  static JsonObject json(Owner owner) {
    JsonObject json = new JsonObject();
    json.addProperty("epoch", owner.epoch());
    json.addProperty("node", owner.writer().node());
    json.addProperty("host", owner.writer().host());
    json.addProperty("boot", owner.writer().boot());
    json.addProperty("process", owner.writer().process());
    json.addProperty("since", time(owner.openedUnixMillis()));
    return json;
  }

  private static JsonObject json(CloneSource source) {
    JsonObject json = new JsonObject();
    json.addProperty("volumeId", source.volume().value());
    json.addProperty("position", source.position());
    json.addProperty("ancestors", source.ancestors());
    return json;
  }

  private static JsonObject json(LivePin pin) {
    JsonObject json = new JsonObject();
    json.addProperty("name", pin.name());
    json.addProperty("purpose", pin.purpose());
    json.addProperty("position", pin.position());
    json.addProperty("created", time(pin.createdUnixMillis()));
    return json;
  }

  private static List<String> row(Volume volume) {
    VolumeState state = volume.state();
    return List.of(
        volume.name(),
        Sizes.format(state.sizeBytes()),
        stateName(state),
        state.ownerNode().orElse("-"),
        time(state.createdUnixMillis()));
  }

  private static List<String> more(Volume volume) {
    VolumeState state = volume.state();
    return List.of(
        volume.id().value(),
        Sizes.format(state.chunkSizeBytes()),
        String.valueOf(state.pins().count()),
        String.valueOf(state.tail()),
        state.source().map(source -> source.volume().value()).orElse("-"));
  }

  private static String stateName(VolumeState state) {
    if (state.retired()) {
      return "retired";
    }
    return state.owner().isPresent() ? "open" : "closed";
  }

  private static String time(long unixMillis) {
    return Instant.ofEpochMilli(unixMillis).toString();
  }
}
