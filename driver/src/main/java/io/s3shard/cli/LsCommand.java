package io.s3shard.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ls}: the volumes of a prefix. */
@Command(
    name = "ls",
    description = {"List the volumes of a prefix.", "Their sizes, and who has them open."})
final class LsCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  LsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    output.print(VolumeDocuments.list(target.volumes(surroundings).list()), surroundings.out());
    return ExitCode.OK.number();
  }
}
