package io.s3shard.cli;

import io.s3shard.volume.Deletions;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code snapshot rm}: removes snapshots of a volume. */
@Command(
    name = "rm",
    description = {
      "Remove snapshots of a volume.",
      "The volume and clones of the snapshots are not harmed. Who reads a snapshot that is removed gets errors."
    },
    footer = {"", "Example:", "  s3shard snapshot rm s3://bucket/prefix fs.img monday tuesday"})
final class SnapshotRmCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(index = "2..*", arity = "1..*", paramLabel = "SNAPSHOT", description = "Which.")
  private List<String> names = new ArrayList<>();

  SnapshotRmCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Snapshots snapshots = target.snapshots(surroundings);
    Volume volume = snapshots.volumes().known(target.name());
    // all are looked up before the first one is removed
    List<Snapshot> chosen = names.stream().map(name -> snapshots.get(volume, name)).toList();
    chosen.forEach(snapshots::remove);
    new Deletions(snapshots.volumes()).reap(volume.id());
    output.print(SnapshotDocuments.list(chosen), surroundings.out());
    return ExitCode.OK.number();
  }
}
