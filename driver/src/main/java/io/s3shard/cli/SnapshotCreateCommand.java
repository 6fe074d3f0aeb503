package io.s3shard.cli;

import io.s3shard.format.VolumeId;
import io.s3shard.volume.GroupSnapshot;
import io.s3shard.volume.GroupSnapshots;
import io.s3shard.volume.Snapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--with",
      split = ",",
      paramLabel = "VOLUME",
      description =
          "Of these volumes, too, at the same moment; all get a snapshot of this name, or none.")
  private List<String> others = new ArrayList<>();

  SnapshotCreateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Snapshots snapshots = target.snapshots(surroundings);
    Document taken =
        others.isEmpty()
            ? SnapshotDocuments.one(snapshots.create(target.name(), name))
            : SnapshotDocuments.list(group(snapshots).members());
    output.print(taken, surroundings.out());
    return ExitCode.OK.number();
  }

  private GroupSnapshot group(Snapshots snapshots) {
    List<VolumeId> members =
        Stream.concat(Stream.of(target.name()), others.stream())
            .map(volume -> snapshots.volumes().get(volume).id())
            .toList();
    return new GroupSnapshots(snapshots).create(members, name);
  }
}
