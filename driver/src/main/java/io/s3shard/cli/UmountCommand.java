package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.VolumeMissing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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

  @Option(
      names = {"-l", "--lazy"},
      description =
          "Also if it is in use: out of sight at once, while who has files open keeps them. The process ends with the last of them.")
  private boolean lazy;

  @Option(names = "--json", description = "Print what was unmounted as JSON.")
  private boolean json;

  UmountCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ControlClient client = new ControlClient(directory, surroundings.environment());
    Optional<JsonObject> mount = client.ask("info");
    if (mount.isEmpty()) {
      removeDead(client.mountPoint());
      return unmounted(client.mountPoint(), true);
    }
    Optional<ProcessHandle> process = ProcessHandle.of(mount.get().get("pid").getAsLong());
    JsonObject answer = client.require("unmount");
    int exit = answer.get("exit").getAsInt();
    if (exit == ExitCode.BUSY.number() && lazy) {
      remove(client.mountPoint(), "the mount");
      return unmounted(client.mountPoint(), false);
    }
    if (exit != 0) {
      surroundings.err().println("s3shard: " + answer.get("message").getAsString());
      return exit;
    }
    process.ifPresent(UmountCommand::awaitEnd);
    return unmounted(client.mountPoint(), true);
  }

  /** {@code ended}: whether no process is left that serves it. */
  private int unmounted(Path mountPoint, boolean ended) {
    if (json) {
      JsonObject document = new JsonObject();
      document.addProperty("mountPoint", mountPoint.toString());
      document.addProperty("ended", ended);
      surroundings.out().println(Document.object("Unmount", document, List.of(), List.of()).json());
      surroundings.out().flush();
    }
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
  private void removeDead(Path mountPoint) throws IOException, InterruptedException {
    if (!MountTable.isOurs(mountPoint)) {
      throw new VolumeMissing(
          "no s3shard mount on " + mountPoint + ": 'findmnt -t fuse.s3shard' lists the mounts");
    }
    remove(mountPoint, "the dead mount");
  }

  /** By the kernel alone; {@code what} it is, for the message. */
  private void remove(Path mountPoint, String what) throws IOException, InterruptedException {
    // -i: not by way of umount.fuse.s3shard, which may be us
    List<String> command = new ArrayList<>(List.of("umount", "-i"));
    if (lazy) {
      command.add("-l");
    }
    command.add(mountPoint.toString());
    Process umount = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(umount.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (umount.waitFor() != 0) {
      throw new StoreRefused(
          what
              + " on "
              + mountPoint
              + " can't be removed: "
              + said
              + (lazy ? "" : "; end its users ('fuser -vm'), or use --lazy"));
    }
  }
}
