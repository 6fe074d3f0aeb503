package io.s3shard.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be chosen for {@code shardd}. */
final class SharddOptions {
  @Option(
      names = "--socket",
      paramLabel = "SOCKET",
      description =
          "Where to listen for 'node' (default: unix:///run/s3shard/shardd.sock). A second socket is"
              + " beside it, with .keep at its end.")
  String socket = "unix:///run/s3shard/shardd.sock";

  @Option(
      names = "--volumes-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description =
          "Where open volumes are shown as files; other processes of the host must see its mounts"
              + " (default: /run/s3shard/volumes).")
  Path volumesDir = Path.of("/run/s3shard/volumes");

  @Option(
      names = "--max-volumes",
      paramLabel = "N",
      description = "How many volumes may be open at once (default: 64).")
  int maxVolumes = 64;

  @Option(
      names = "--arena-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description =
          "Where written bytes wait that are not in the bucket yet; it must outlive this process, and"
              + " is best a tmpfs of the host (default: /dev/shm/s3shard).")
  Path arenaDir = ArenaPlace.MEMORY.resolve("s3shard");

  @Option(
      names = "--arena-size",
      converter = Sizes.Converter.class,
      description =
          "How much may wait there in all (default: 512MiB). Each volume may use 8MiB in any case.")
  long arenaSize = 512L << 20;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description = "Where files may be kept on disk (default: /var/cache/s3shard).")
  Path cacheDir = Path.of("/var/cache/s3shard");

  @Option(
      names = "--cache-size",
      converter = Sizes.Converter.class,
      description = "How much of what was read is kept in memory (default: 128MiB).")
  long cacheSize = 128L << 20;

  @Option(
      names = "--commit-interval",
      converter = Durations.Converter.class,
      description =
          "How long written bytes wait at most before they go to the bucket, synced or not (default: 5s).")
  Duration commitInterval = Duration.ofSeconds(5);

  @Option(
      names = "--outage-deadline",
      paramLabel = "DURATION",
      description =
          "After how long without the bucket I/O fails instead of waiting, or none (default: none).")
  String outageDeadline = "none";

  @Option(
      names = "--stop-deadline",
      paramLabel = "DURATION",
      converter = Durations.Converter.class,
      description =
          "How long the process, told to end, commits what it has (default: 10s). The rest stays in the"
              + " arenas for the next one.")
  Duration stopDeadline = Duration.ofSeconds(10);

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "Serve Prometheus metrics, /healthz and /readyz there.")
  @Nullable Integer metricsPort;

  @Option(
      names = "--metrics-address",
      paramLabel = "ADDRESS",
      description = "On which address (default: 127.0.0.1).")
  String metricsAddress = "127.0.0.1";

  /** Empty duration: none. @throws io.s3shard.error.InvalidRequest with what is allowed */
  @Nullable Duration outageDeadline() {
    return outageDeadline.equals("none") ? null : Durations.parse(outageDeadline);
  }
}
