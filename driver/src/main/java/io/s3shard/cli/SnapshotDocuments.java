package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.volume.PinPurpose;
import io.s3shard.volume.Snapshot;
import java.util.List;

/** Snapshots as documents: schemas {@code Snapshot} and {@code SnapshotList}. */
final class SnapshotDocuments {
  private SnapshotDocuments() {}

  static Document list(List<Snapshot> snapshots) {
    return Document.list(
            "SnapshotList",
            snapshots.stream().map(SnapshotDocuments::json).toList(),
            List.of("SNAPSHOT", "SIZE", "TAKEN", "CREATED"),
            snapshots.stream().map(SnapshotDocuments::row).toList(),
            snapshots.stream().map(Snapshot::path).toList())
        .widened(
            List.of("VOLUME ID", "PIN", "POSITION"),
            snapshots.stream().map(SnapshotDocuments::more).toList());
  }

  static Document one(Snapshot snapshot) {
    return Document.object(
        "Snapshot",
        json(snapshot),
        List.of(
            List.of("snapshot", snapshot.path()),
            List.of("size", Sizes.format(snapshot.sizeBytes())),
            List.of("created", snapshot.created().toString())),
        List.of(snapshot.path()));
  }

  private static JsonObject json(Snapshot snapshot) {
    JsonObject json = new JsonObject();
    json.addProperty("volume", snapshot.volumeName());
    json.addProperty("volumeId", snapshot.volume().value());
    json.addProperty("name", snapshot.name());
    json.addProperty("pin", snapshot.pin().slot());
    json.addProperty("position", snapshot.pin().position());
    json.addProperty("sizeBytes", snapshot.sizeBytes());
    json.addProperty("taken", taken(snapshot));
    if (snapshot.purpose() instanceof PinPurpose.OfGroup group) {
      json.addProperty("group", group.group());
      json.addProperty("groupMembers", group.members());
    }
    json.addProperty("created", snapshot.created().toString());
    return json;
  }

  private static List<String> row(Snapshot snapshot) {
    return List.of(
        snapshot.path(),
        Sizes.format(snapshot.sizeBytes()),
        taken(snapshot),
        snapshot.created().toString());
  }

  private static List<String> more(Snapshot snapshot) {
    return List.of(
        snapshot.volume().value(),
        String.valueOf(snapshot.pin().slot()),
        String.valueOf(snapshot.pin().position()));
  }

  private static String taken(Snapshot snapshot) {
    return switch (snapshot.purpose()) {
      case PinPurpose.OfGroup _ -> "group";
      case PinPurpose.OfSchedule _ -> "schedule";
      case PinPurpose.OfSnapshot _,
          PinPurpose.OfClone _,
          PinPurpose.OfExport _,
          PinPurpose.OfUnfinishedGroup _,
          PinPurpose.OfGroupOutcome _,
          PinPurpose.Unknown _ ->
          "manual";
    };
  }
}
