package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.s3shard.cache.CacheMeter;
import io.s3shard.cache.DiskCache;
import io.s3shard.cache.FrameCache;
import io.s3shard.cache.IoBuffers;
import io.s3shard.execution.Execution;
import io.s3shard.image.BlockReader;
import io.s3shard.image.ReadAheadPool;
import io.s3shard.store.ObjectStore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all images of a mount share to read with: the cache in memory and on disk, the buffers, the
 * room for read-ahead. {@code disk} is null if nobody wants it.
 */
record CacheParts(
    FrameCache memory, @Nullable DiskCache disk, IoBuffers buffers, ReadAheadPool readAhead)
    implements AutoCloseable {

  /**
   * @param store tells prefixes of buckets apart
   */
  static CacheParts of(MountOptions options, String store, Execution execution) {
    DiskCache disk =
        options.cacheSize == 0
            ? null
            : new DiskCache(
                options.cacheDir.resolve("frames"), store, options.cacheSize, execution);
    return of(new FrameCache(options.cacheMemory, disk), disk, execution);
  }

  /** Without a cache on disk. */
  static CacheParts inMemory(long bytes, Execution execution) {
    return of(new FrameCache(bytes, null), null, execution);
  }

  private static CacheParts of(FrameCache memory, @Nullable DiskCache disk, Execution execution) {
    return new CacheParts(
        memory,
        disk,
        new IoBuffers(execution, MemoryBudget.IO_BYTES),
        new ReadAheadPool(Math.min(memory.capacityBytes() / 2, MemoryBudget.IO_BYTES * 3 / 4)));
  }

  BlockReader reader(ObjectStore store, Execution execution) {
    return new BlockReader(store, execution, memory, buffers);
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.add("memory", tier(memory.usedBytes(), memory.capacityBytes(), memory.meter()));
    if (disk != null) {
      JsonObject onDisk = tier(disk.usedBytes(), disk.capacityBytes(), disk.meter());
      onDisk.addProperty("damaged", disk.damaged());
      onDisk.addProperty("leftOut", disk.left());
      json.add("disk", onDisk);
    }
    return json;
  }

  private static JsonObject tier(long bytes, long limitBytes, CacheMeter meter) {
    JsonObject json = new JsonObject();
    json.addProperty("bytes", bytes);
    json.addProperty("limitBytes", limitBytes);
    json.addProperty("hits", meter.hits());
    json.addProperty("misses", meter.misses());
    json.addProperty("evictions", meter.evictions());
    return json;
  }

  void register(MeterRegistry registry) {
    register(registry, "memory", memory.meter());
    gauge(registry, "memory", "s3shard.cache.bytes", memory::usedBytes);
    gauge(registry, "memory", "s3shard.cache.limit.bytes", memory::capacityBytes);
    DiskCache onDisk = disk;
    if (onDisk != null) {
      register(registry, "disk", onDisk.meter());
      gauge(registry, "disk", "s3shard.cache.bytes", onDisk::usedBytes);
      gauge(registry, "disk", "s3shard.cache.limit.bytes", onDisk::capacityBytes);
      FunctionCounter.builder("s3shard.corruptions", onDisk, DiskCache::damaged)
          .tag("where", "cache")
          .register(registry);
    }
    Gauge.builder("s3shard.io.buffers.bytes", buffers::usedBytes).register(registry);
    Gauge.builder("s3shard.io.buffers.limit.bytes", buffers::capacityBytes).register(registry);
    Gauge.builder("s3shard.read.ahead.bytes", readAhead::underWayBytes).register(registry);
    FunctionCounter.builder(
            "s3shard.read.ahead.fetched.bytes", readAhead, ReadAheadPool::fetchedBytes)
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry, String tier, String name, Supplier<Number> value) {
    Gauge.builder(name, value).tag("tier", tier).register(registry);
  }

  private static void register(MeterRegistry registry, String tier, CacheMeter meter) {
    Tags tags = Tags.of("tier", tier);
    FunctionCounter.builder("s3shard.cache.requests", meter, CacheMeter::hits)
        .tags(tags.and("result", "hit"))
        .register(registry);
    FunctionCounter.builder("s3shard.cache.requests", meter, CacheMeter::misses)
        .tags(tags.and("result", "miss"))
        .register(registry);
    FunctionCounter.builder("s3shard.cache.evictions", meter, CacheMeter::evictions)
        .tags(tags)
        .register(registry);
  }

  /** Writes what is still to be kept on disk. */
  @Override
  public void close() {
    if (disk != null) {
      disk.close();
    }
  }
}
