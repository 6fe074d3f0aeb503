package io.s3shard.cli;

import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code snapshot ls}: the snapshots of a volume, or of all. */
@Command(
    name = "ls",
    description = {"List snapshots.", "Of one volume, or of all: oldest first."},
    footer = {
      "",
      "Examples:",
      "  s3shard snapshot ls s3://bucket/prefix",
      "  s3shard snapshot ls s3://bucket/prefix fs.img -o name",
      "  s3shard snapshot ls s3://bucket/prefix --deleted"
    })
final class SnapshotLsCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "VOLUME",
      description = "Only those of this volume.")
  private @Nullable String volume;

  @Option(
      names = "--deleted",
      description =
          "Those of deleted volumes, too, by the volumes' ids. Looks at every volume that there ever was.")
  private boolean deleted;

  SnapshotLsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Snapshots snapshots = target.snapshots(surroundings);
    Volumes volumes = snapshots.volumes();
    List<Volume> of = new ArrayList<>();
    if (volume != null) {
      of.add(volumes.known(volume));
    } else {
      of.addAll(volumes.list());
      of.addAll(deleted ? volumes.deletedAndNeeded() : List.of());
    }
    List<Snapshot> found = of.stream().flatMap(v -> snapshots.of(v).stream()).toList();
    output.print(SnapshotDocuments.list(found), surroundings.out());
    return ExitCode.OK.number();
  }
}
