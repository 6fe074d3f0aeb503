package io.s3shard.cli;

import io.s3shard.volume.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ls}: the volumes of a prefix. */
@Command(
    name = "ls",
    description = {
      "List the volumes of a prefix.",
      "Their sizes, and who has them open. One whose log is damaged is named on its own line of the errors, and does not keep"
          + " the others from being listed."
    })
final class LsCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private Target target = new Target();
  @Mixin private OutputOptions output = new OutputOptions();

  LsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    List<String> damaged = new ArrayList<>();
    List<Volume> found =
        target
            .volumes(surroundings)
            .list((name, damage) -> damaged.add("\"" + name + "\": " + damage.getMessage()));
    output.print(VolumeDocuments.list(found), surroundings.out());
    damaged.forEach(line -> surroundings.err().println("s3shard: " + line));
    return (damaged.isEmpty() ? ExitCode.OK : ExitCode.DAMAGED).number();
  }
}
