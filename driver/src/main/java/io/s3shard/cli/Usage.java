package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a volume takes up in the bucket, by folder; counted by listing it. */
record Usage(Folder log, Folder data, Folder map) {
  private static final int PAGE = 1000;

  /** Objects of one folder. */
  record Folder(long objects, long bytes) {
    JsonObject json() {
      JsonObject json = new JsonObject();
      json.addProperty("objects", objects);
      json.addProperty("bytes", bytes);
      return json;
    }

    String text() {
      return objects + " objects, " + Sizes.format(bytes);
    }
  }

  static Usage of(ObjectStore store, VolumeId id) {
    return new Usage(
        count(store, Layout.logFolder(id)),
        count(store, Layout.dataFolder(id)),
        count(store, Layout.mapFolder(id)));
  }

  private static Folder count(ObjectStore store, String folder) {
    long objects = 0;
    long bytes = 0;
    @Nullable String after = null;
    while (true) {
      List<ListedObject> page = store.list(folder, after, PAGE, Purpose.MAP);
      objects += page.size();
      bytes += page.stream().mapToLong(ListedObject::sizeBytes).sum();
      if (page.size() < PAGE) {
        return new Folder(objects, bytes);
      }
      after = page.getLast().key().value();
    }
  }

  /** Of all folders. */
  long bytes() {
    return log.bytes + data.bytes + map.bytes;
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.add("log", log.json());
    json.add("data", data.json());
    json.add("map", map.json());
    return json;
  }

  List<List<String>> rows() {
    return List.of(
        List.of("log", log.text()), List.of("data", data.text()), List.of("map", map.text()));
  }
}
