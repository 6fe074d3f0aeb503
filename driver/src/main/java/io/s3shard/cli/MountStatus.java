package io.s3shard.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.s3shard.execution.Execution;
import io.s3shard.store.StoreStack;
import io.s3shard.store.StoreUse;
import java.nio.file.Path;

/** What a mount is doing, as its control socket tells it. All counts are since its start. */
final class MountStatus {
  private final Location location;
  private final Path mountPoint;
  private final OpenVolumes open;
  private final StoreStack stack;
  private final MemoryUse memory;
  private final Execution execution;
  private final long startedNanos;

  MountStatus(
      Location location,
      Path mountPoint,
      OpenVolumes open,
      StoreStack stack,
      MemoryUse memory,
      Execution execution) {
    this.location = location;
    this.mountPoint = mountPoint;
    this.open = open;
    this.stack = stack;
    this.memory = memory;
    this.execution = execution;
    this.startedNanos = execution.nanoTime();
  }

  /** Who serves what. */
  JsonObject info() {
    JsonObject json = new JsonObject();
    json.addProperty("location", location.toString());
    json.addProperty("mountPoint", mountPoint.toString());
    json.addProperty("pid", ProcessHandle.current().pid());
    json.addProperty("version", Version.program());
    return json;
  }

  /** The same with everything that is counted. */
  JsonObject stats() {
    JsonObject json = info();
    json.addProperty("time", execution.now().toString());
    json.addProperty("seconds", (execution.nanoTime() - startedNanos) / 1e9);
    json.addProperty("bucketAwaySeconds", stack.store().awayFor().toNanos() / 1e9);
    json.add("memory", memory.json());
    json.add("cache", memory.cache().json());
    json.add("volumes", open.json());
    json.add("requests", requests(stack.meter().use()));
    return json;
  }

  private static JsonArray requests(StoreUse use) {
    JsonArray rows = new JsonArray();
    for (StoreUse.Row row : use.rows()) {
      JsonObject json = new JsonObject();
      json.addProperty("kind", row.kind().name());
      json.addProperty("purpose", row.purpose().name());
      json.addProperty("requests", row.requests());
      json.addProperty("failures", row.failures());
      json.addProperty("sentBytes", row.sentBytes());
      json.addProperty("receivedBytes", row.receivedBytes());
      json.addProperty("meanMillis", row.meanLatency().toNanos() / 1e6);
      json.addProperty("dollars", row.dollars());
      rows.add(json);
    }
    return rows;
  }
}
