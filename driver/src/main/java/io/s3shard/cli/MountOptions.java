package io.s3shard.cli;

import io.s3shard.volume.VolumeLimits;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What can be chosen for a mount. Each can be given in /etc/fstab, too: {@code --cache-size 64MiB}
 * is {@code cache-size=64MiB}.
 */
final class MountOptions {
  /** An fsync of ext4 is two flushes; hung_task_timeout_secs is 120. */
  static final Duration MIN_FLUSH_INTERVAL_MOST = Duration.ofSeconds(30);

  @Option(
      names = "--arena-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description =
          "Where written bytes wait that are not in the bucket yet; best a tmpfs (default: /dev/shm/s3shard if there is"
              + " room for --arena-size, else a folder of --cache-dir).")
  @Nullable Path arenaDir;

  @Option(
      names = "--arena-size",
      converter = Sizes.Converter.class,
      description =
          "How much may wait there, for all images of this mount (default: 112MiB). Writers wait when it is full.")
  long arenaSize = MemoryBudget.ARENAS_BYTES;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description = "Where files may be kept on disk (default: /var/cache/s3shard).")
  Path cacheDir = Path.of("/var/cache/s3shard");

  @Option(
      names = "--cache-size",
      converter = Sizes.Converter.class,
      description =
          "How much of --cache-dir holds what was read and written, for the next time and the next mount; 0: nothing"
              + " (default: 1GiB).")
  long cacheSize = 1L << 30;

  @Option(
      names = "--cache-memory",
      converter = Sizes.Converter.class,
      description = "How much of it is kept in memory besides, at most 2GiB (default: 48MiB).")
  long cacheMemory = MemoryBudget.CACHE_BYTES;

  @Option(
      names = "--commit-interval",
      converter = Durations.Converter.class,
      description =
          "How long written bytes wait at most before they go to the bucket, synced or not (default: 5s).")
  Duration commitInterval = Duration.ofSeconds(5);

  @Option(
      names = "--min-flush-interval",
      converter = Durations.Converter.class,
      description =
          "Give up the latency of fsync for fewer requests: records of an image are at least so far apart, and an fsync"
              + " waits for the next one, which others share. It still returns only when it is durable (default: 0s;"
              + " at most 30s).")
  Duration minFlushInterval = Duration.ZERO;

  @Option(
      names = "--outage-deadline",
      paramLabel = "DURATION",
      description =
          "After how long without the bucket I/O fails instead of waiting, or none (default: none). A file system on it"
              + " then turns read-only.")
  String outageDeadline = "none";

  @Option(
      names = "--stop-deadline",
      paramLabel = "DURATION",
      converter = Durations.Converter.class,
      description =
          "How long the process, told to end while the bucket is away, waits for it (default: 30s). What is not"
              + " committed then stays in the arena.")
  Duration stopDeadline = Duration.ofSeconds(30);

  @Option(
      names = "--chunk-size",
      converter = Sizes.Converter.class,
      description = "Chunk size of images made here (default: 4MiB).")
  long chunkSize = VolumeLimits.CHUNK_DEFAULT_BYTES;

  @Option(
      names = "--read-only",
      description = "Open no image for writing; read rights to the bucket are enough.")
  boolean readOnly;

  @Option(
      names = "--takeover",
      description =
          "Take images away from whoever has them open, dead or alive. What they have not synced is lost.")
  boolean takeover;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve Prometheus metrics there.")
  @Nullable Integer metricsPort;

  @Option(
      names = "--metrics-address",
      paramLabel = "ADDRESS",
      description = "On which address (default: 127.0.0.1).")
  String metricsAddress = "127.0.0.1";

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      converter = Paths.Converter.class,
      description =
          "Where to log; three older files of 10MB are kept (default: in the background a file in /run/s3shard, in the"
              + " foreground stderr).")
  @Nullable Path logFile;

  /** Empty duration: none. @throws io.s3shard.error.InvalidRequest with what is allowed */
  @Nullable Duration outageDeadline() {
    return outageDeadline.equals("none") ? null : Durations.parse(outageDeadline);
  }
}
