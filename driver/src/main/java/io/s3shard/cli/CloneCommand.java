package io.s3shard.cli;

import io.s3shard.volume.Clones;
import io.s3shard.volume.NewClone;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code clone}: a copy that costs no data. */
@Command(
    name = "clone",
    description = {
      "Copy a volume, or a snapshot of it.",
      "It takes a few requests and no data, whatever the size; both go their own ways from then on."
    },
    footer = {
      "",
      "Examples:",
      "  s3shard clone s3://bucket/prefix fs.img copy.img            (as it is now)",
      "  s3shard clone s3://bucket/prefix fs.img@monday copy.img"
    })
final class CloneCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(index = "1", paramLabel = "SOURCE", description = "VOLUME, or VOLUME@SNAPSHOT.")
  private String source = "";

  @Parameters(index = "2", paramLabel = "NAME", description = "What to call the copy.")
  private String name = "";

  @Option(
      names = "--size",
      converter = Sizes.Converter.class,
      description = "The copy's size, if it shall be larger than its source.")
  private long size;

  CloneCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    SourceName from = SourceName.parse(source);
    NewClone wanted = new NewClone(name, size, false, new TreeMap<>());
    Snapshots snapshots = target.snapshots(surroundings);
    Volume of = source(snapshots.volumes(), from);
    Clones clones = new Clones(snapshots);
    Volume made =
        from.snapshot().isPresent()
            ? clones.of(snapshots.get(of, from.snapshot().get()), wanted)
            : clones.of(of, wanted);
    output.print(VolumeDocuments.one(made), surroundings.out());
    return ExitCode.OK.number();
  }

  /** A volume that was deleted has no present state any more, but it may have snapshots. */
  private static Volume source(Volumes volumes, SourceName from) {
    return from.snapshot().isPresent() ? volumes.known(from.volume()) : volumes.get(from.volume());
  }
}
