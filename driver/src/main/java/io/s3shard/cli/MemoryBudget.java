package io.s3shard.cli;

import java.util.List;

/**
 * How a mount's memory is divided (DESIGN §5, "Memory"): 512 MiB in all, of which about 130 MiB are
 * the JVM's own outside the heap. What lies outside the heap is bounded by its pool; the JVM's
 * limits below are only the last line.
 */
final class MemoryBudget {
  private static final long MIB = 1L << 20;

  /** Objects, indexes, the client's buffers, decoded pages. */
  static final long HEAP_BYTES = 192 * MIB;

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
        "-XX:MaxDirectMemorySize=" + direct + "m",
        // one collector thread's pauses on a heap of this size are shorter than a request; the
        // others cost memory
        "-XX:+UseSerialGC",
        "-XX:ReservedCodeCacheSize=64m",
        // What is hot here is native: copies, checksums, sockets. The second compiler took a third
        // of a long write's CPU and much memory for little; it is for what is hotter by ten times,
        // as ciphers are, which only it does well.
        "-XX:Tier4InvocationThreshold=50000",
        "-XX:Tier4MinInvocationThreshold=6000",
        "-XX:Tier4CompileThreshold=150000",
        "-XX:Tier4BackEdgeThreshold=400000",
        "-XX:+ExitOnOutOfMemoryError",
        "-Xshare:auto");
  }
}
