package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.MappedArenas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the process takes of the machine's memory, part by part, and what bounds each. */
record MemoryUse(CacheParts cache, ArenaPool arenas) {
  private static final Path STATUS = Path.of("/proc/self/status");

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("rssAnonBytes", rss("RssAnon:"));
    json.addProperty("rssFileBytes", rss("RssFile:"));
    json.addProperty("rssSharedBytes", rss("RssShmem:"));
    json.addProperty("heapBytes", heap());
    json.addProperty("heapLimitBytes", Runtime.getRuntime().maxMemory());
    json.addProperty("arenaBytes", arenaBytes());
    json.addProperty("arenaLimitBytes", (long) arenas.capacity() * MappedArenas.SEGMENT_BYTES);
    json.addProperty("cacheBytes", cache.memory().usedBytes());
    json.addProperty("cacheLimitBytes", cache.memory().capacityBytes());
    json.addProperty("ioBufferBytes", cache.buffers().usedBytes());
    json.addProperty("ioBufferLimitBytes", cache.buffers().capacityBytes());
    json.addProperty("readAheadBytes", cache.readAhead().underWayBytes());
    json.addProperty("readAheadLimitBytes", cache.readAhead().capacityBytes());
    return json;
  }

  void register(MeterRegistry registry) {
    for (String kind : List.of("anon", "file", "shmem")) {
      String line = "Rss" + Character.toUpperCase(kind.charAt(0)) + kind.substring(1) + ":";
      Gauge.builder("s3shard.memory.resident.bytes", () -> rss(line))
          .tag("kind", kind)
          .register(registry);
    }
    Gauge.builder("s3shard.memory.heap.bytes", MemoryUse::heap).register(registry);
    Gauge.builder("s3shard.memory.heap.limit.bytes", Runtime.getRuntime()::maxMemory)
        .register(registry);
    Gauge.builder("s3shard.memory.arena.bytes", this::arenaBytes).register(registry);
  }

  private long arenaBytes() {
    return (long) arenas.held() * MappedArenas.SEGMENT_BYTES;
  }

  private static long heap() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** As the kernel counts it, in bytes; 0 where there is no such line. */
  private static long rss(String name) {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.substring(name.length()).replace("kB", "").strip()) * 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
