package io.s3shard.cli;

import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code resize}: a larger image. */
@Command(
    name = "resize",
    description = {
      "Make a volume larger, open or not.",
      "A mount on this host that has it open shows the new size at once, one on another host with its next commit.",
      "The file system in it is enlarged by its own tool (resize2fs, xfs_growfs)."
    },
    footer = {"", "Example:", "  s3shard resize s3://bucket/prefix fs.img 20GiB"})
final class ResizeCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(
      index = "2",
      paramLabel = "SIZE",
      converter = Sizes.Converter.class,
      description = "The new size, such as 20GiB; not less than the present one, at most 64TiB.")
  private long size;

  ResizeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Volumes volumes = target.volumes(surroundings);
    Volume resized =
        target.owner(surroundings).grow(target.name(), size)
            ? volumes.get(target.name())
            : volumes.resize(target.name(), size);
    output.print(VolumeDocuments.one(resized), surroundings.out());
    return ExitCode.OK.number();
  }
}
