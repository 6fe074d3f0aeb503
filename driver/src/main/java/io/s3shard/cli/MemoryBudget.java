package io.s3shard.cli;

import java.util.List;
import java.util.Map;

/**
 * How a mount's memory is divided (DESIGN §5, "Memory"): 512 MiB in all, of which 112 are arenas
 * and about 130 the JVM's own outside the heap. What lies outside the heap is bounded by its pool;
 * the JVM's limits below are only the last line.
 */
final class MemoryBudget {
  private static final long MIB = 1L << 20;

  /** Objects, indexes, the client's buffers, decoded pages. The collector uses all of it. */
  static final long HEAP_BYTES = 144 * MIB;

  /** Of the heap, for what has just been made: what outlives it is little. */
  private static final long YOUNG_BYTES = 24 * MIB;

  /** Of the heap: buffers for what comes from the bucket. */
  static final long IO_BYTES = 32 * MIB;

  /** Dirty bytes, in mapped files. */
  static final long ARENAS_BYTES = 112 * MIB;

  /** Verified frames of objects. */
  static final long CACHE_BYTES = 48 * MIB;

  /** Buffers of FUSE's threads. */
  private static final long BUFFERS_BYTES = 24 * MIB;

  /** The index of the cache on disk: 25 bytes for each 32 KiB, on the heap. */
  private static final long DISK_BYTES_AN_INDEX_BYTE = 1300;

  /**
   * What the C library is told: few arenas. It makes eight a core, else, and each keeps for itself
   * what the threads on it have freed.
   */
  static final Map<String, String> ENVIRONMENT = Map.of("MALLOC_ARENA_MAX", "2");

  private MemoryBudget() {}

  /**
   * The JVM's options of a mount with these pools. Mapped arenas are files: no limit of the JVM
   * counts them.
   */
  static List<String> jvmOptions(long cacheBytes, long diskCacheBytes) {
    long direct = (cacheBytes + BUFFERS_BYTES) / MIB;
    long heap = HEAP_BYTES / MIB + diskCacheBytes / DISK_BYTES_AN_INDEX_BYTE / MIB;
    return List.of(
        "-Xms" + heap / 4 + "m",
        "-Xmx" + heap + "m",
        "-Xmn" + YOUNG_BYTES / MIB + "m",
        "-XX:MaxDirectMemorySize=" + direct + "m",
        // one collector thread's pauses on a heap of this size are shorter than a request; the
        // others cost memory
        "-XX:+UseSerialGC",
        "-XX:ReservedCodeCacheSize=64m",
        // One method that is hard to compile took 50 MiB. Below 12 the life of a write is not
        // compiled as a whole, which doubles its CPU.
        "-XX:CompileCommand=quiet",
        "-XX:CompileCommand=MemLimit,*.*,12m~stop",
        // each thread keeps its last native buffer for an array that is read or written; larger
        // ones it makes anew, at a few microseconds
        "-Djdk.nio.maxCachedBufferSize=" + (16 << 10),
        "-XX:TrimNativeHeapInterval=2000",
        "-XX:+ExitOnOutOfMemoryError",
        "-Xshare:auto");
  }
}
