package io.s3shard.cli;

import com.google.gson.JsonObject;
import io.s3shard.volume.SnapshotRequest;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code snapshot create}: by the owner, if it is on this host, else as anybody. */
@Command(
    name = "create",
    description = {
      "Take a snapshot of a volume, open or not.",
      "If a mount on this host has the volume open, all that was written to it is in the snapshot; if another host has, what"
          + " was synced there."
    },
    footer = {"", "Example:", "  s3shard snapshot create s3://bucket/prefix fs.img monday"})
final class SnapshotCreateCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(index = "2", paramLabel = "SNAPSHOT", description = "What to call it.")
  private String name = "";

  SnapshotCreateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    // refused here already if it can't be a name
    SnapshotRequest.of(name, surroundings.execution().now());
    JsonObject arguments = new JsonObject();
    arguments.addProperty("name", name);
    Optional<JsonObject> answer =
        target.localOwner(surroundings).ask(OwnerRequests.SNAPSHOT, target.name(), arguments);
    if (answer.isEmpty()) {
      print(SnapshotDocuments.json(target.snapshots(surroundings).create(target.name(), name)));
      return ExitCode.OK.number();
    }
    int exit = answer.get().remove("exit").getAsInt();
    if (exit == ExitCode.OK.number()) {
      print(answer.get());
    } else {
      surroundings.err().println("s3shard: " + answer.get().get("message").getAsString());
    }
    return exit;
  }

  private void print(JsonObject snapshot) {
    output.print(SnapshotDocuments.one(snapshot), surroundings.out());
  }
}
