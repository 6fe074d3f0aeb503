package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.S3ShardException;
import io.s3shard.volume.VolumeLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mount}: shows the volumes of a prefix as files. */
@Command(
    name = "mount",
    description = {
      "Show the volumes of a prefix as files in a directory.",
      "Returns once it is mounted; a process in the background serves it."
    },
    footer = {
      "",
      "Example:",
      "  s3shard mount s3://bucket/prefix /mnt/s3",
      "  dd if=/dev/zero of=/mnt/s3/fs.img bs=1M seek=10239 count=1",
      "  mkfs.ext4 /mnt/s3/fs.img && mount -o loop /mnt/s3/fs.img /mnt/fs",
      "In /etc/fstab:",
      "  s3://bucket/prefix /mnt/s3 fuse.s3shard _netdev,profile=backup,cache-size=256MiB 0 0"
    })
final class MountCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final S3Shard root;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private Target target = new Target();
  @Mixin private MountOptions options = new MountOptions();

  @Parameters(index = "1", paramLabel = "DIR", description = "The mount point: an empty directory.")
  private String directory = "";

  @Option(
      names = {"-f", "--foreground"},
      description = "Stay in the foreground until it is unmounted.")
  private boolean foreground;

  @Option(
      names = "-o",
      paramLabel = "OPTIONS",
      description = "The same options as in /etc/fstab, with commas between them.")
  private @Nullable String mountOptions;

  @Option(names = "--json", description = "Print what was mounted as JSON.")
  private boolean json;

  MountCommand(Surroundings surroundings, S3Shard root) {
    this.surroundings = surroundings;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Path mountPoint = RunDirectory.canonical(Paths.absolute(directory));
    RunDirectory run = RunDirectory.of(mountPoint, surroundings.environment());
    boolean inBackground = surroundings.environment().containsKey(BackgroundStart.MARK);
    if (foreground || inBackground) {
      return serve(mountPoint, run, inBackground);
    }
    return startInBackground(mountPoint, run);
  }

  /** What can be known to be wrong before anything is started. */
  private void check() {
    VolumeLimits.checkChunkSize(options.chunkSize);
    options.outageDeadline();
    if (options.minFlushInterval.compareTo(MountOptions.MIN_FLUSH_INTERVAL_MOST) > 0) {
      throw new InvalidRequest(
          "--min-flush-interval is at most "
              + MountOptions.MIN_FLUSH_INTERVAL_MOST.toSeconds()
              + "s: an fsync of a file system waits for two, and the kernel complains of what waits for two minutes");
    }
    if (options.arenaSize < Composition.ARENA_MIN_BYTES) {
      throw new InvalidRequest(
          "an arena of "
              + Sizes.format(options.arenaSize)
              + " is too small: at least "
              + Sizes.format(Composition.ARENA_MIN_BYTES));
    }
    if (options.readOnly && options.takeover) {
      throw new InvalidRequest("--read-only takes nothing over: leave out --takeover");
    }
  }

  private int startInBackground(Path mountPoint, RunDirectory run)
      throws IOException, InterruptedException {
    Path log = options.logFile == null ? run.make().log() : options.logFile;
    List<String> arguments =
        new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
    BackgroundStart.Outcome outcome =
        BackgroundStart.start(
            arguments, MemoryBudget.jvmOptions(options.cacheMemory, options.cacheSize), log);
    if (outcome.message() != null) {
      surroundings.err().println("s3shard: " + outcome.message());
    } else {
      printMounted(mountPoint, log);
    }
    return outcome.exit();
  }

  private void printMounted(Path mountPoint, Path log) {
    if (json) {
      JsonObject mounted = new JsonObject();
      mounted.addProperty("location", target.location().toString());
      mounted.addProperty("mountPoint", mountPoint.toString());
      mounted.addProperty("log", log.toString());
      surroundings.out().println(Document.object("Mount", mounted, List.of(), List.of()).json());
      surroundings.out().flush();
    }
  }

  private int serve(Path mountPoint, RunDirectory run, boolean inBackground)
      throws InterruptedException {
    Path log = options.logFile == null && inBackground ? run.make().log() : options.logFile;
    LogSetup.apply(root.logLevel(LogSetup.Level.info), root.logFormat, log);
    Readiness readiness = new Readiness(inBackground ? System.out : null);
    try {
      MountedPrefix mounted =
          new Composition(surroundings.execution(), surroundings.environment())
              .mount(target.location(), target.options(), options, mountPoint, run.make());
      readiness.ready();
      return mounted.serve();
    } catch (S3ShardException e) {
      readiness.failed(e);
      throw e;
    }
  }
}
