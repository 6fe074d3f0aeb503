package io.s3shard.cli;

import io.s3shard.volume.Snapshot;
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
    Snapshot taken = target.snapshots(surroundings).create(target.name(), name);
    output.print(SnapshotDocuments.one(taken), surroundings.out());
    return ExitCode.OK.number();
  }
}
