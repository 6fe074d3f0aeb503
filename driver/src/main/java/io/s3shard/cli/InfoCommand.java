package io.s3shard.cli;

import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code info}: all that the bucket says of one volume. */
@Command(
    name = "info",
    description = {
      "Show a volume.",
      "Its size, its holder, its pins, what it takes up in the bucket, and what that costs a day at list prices."
    })
final class InfoCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private VolumeTarget target = new VolumeTarget();
  @Mixin private OutputOptions output = new OutputOptions();

  InfoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Volumes volumes = target.volumes(surroundings);
    Volume volume = volumes.get(target.name());
    Usage usage = Usage.of(target.connect(surroundings), volume.id());
    Price price = Price.of(usage, target.location(), volume.name(), surroundings.environment());
    output.print(
        VolumeDocuments.detailed(volume, volumes.pins(volume), usage, price), surroundings.out());
    return ExitCode.OK.number();
  }
}
