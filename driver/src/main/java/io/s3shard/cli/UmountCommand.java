package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.VolumeMissing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code umount}: commits, unmounts, and waits until the process behind the mount has gone. */
@Command(
    name = "umount",
    description = {
      "Commit everything, unmount, and wait for the end.",
      "Returns when the process behind the mount has ended.",
      "umount(8) does the same if umount.fuse.s3shard is in /sbin; umount(2) alone returns earlier."
    })
final class UmountCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      converter = Paths.Converter.class,
      description = "The mount point.")
  private Path directory = Path.of("");

  UmountCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ControlClient client = new ControlClient(directory, surroundings.environment());
    Optional<JsonObject> mount = client.ask("info");
    if (mount.isEmpty()) {
      removeDead(client.mountPoint());
      return ExitCode.OK.number();
    }
    Optional<ProcessHandle> process = ProcessHandle.of(mount.get().get("pid").getAsLong());
    JsonObject answer = client.require("unmount");
    int exit = answer.get("exit").getAsInt();
    if (exit != 0) {
      surroundings.err().println("s3shard: " + answer.get("message").getAsString());
      return exit;
    }
    process.ifPresent(UmountCommand::awaitEnd);
    return ExitCode.OK.number();
  }

  private static void awaitEnd(ProcessHandle process) {
    try {
      process.onExit().join();
    } catch (CompletionException e) {
      throw new IllegalStateException("waiting for process " + process.pid() + " failed", e);
    }
  }

  /** A mount whose process was killed: nothing answers, and only the kernel's entry is left. */
  private static void removeDead(Path mountPoint) throws IOException, InterruptedException {
    if (!MountTable.isOurs(mountPoint)) {
      throw new VolumeMissing(
          "no s3shard mount on " + mountPoint + ": 'findmnt -t fuse.s3shard' lists the mounts");
    }
    // -i: not by way of umount.fuse.s3shard, which may be us
    Process umount =
        new ProcessBuilder("umount", "-i", mountPoint.toString()).redirectErrorStream(true).start();
    String said =
        new String(umount.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (umount.waitFor() != 0) {
      throw new StoreRefused("the dead mount on " + mountPoint + " can't be removed: " + said);
    }
  }
}
