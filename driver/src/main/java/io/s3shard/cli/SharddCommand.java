package io.s3shard.cli;

import io.s3shard.error.InvalidRequest;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code shardd}: the FUSE layer of a Kubernetes node. */
@Command(
    name = "shardd",
    description = {
      "Serve the open volumes of this host as files, for 's3shard node'.",
      "Killed or replaced, it is a pause for its volumes: the next one goes on, if 'node' runs."
    })
final class SharddCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final S3Shard root;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private SharddOptions options = new SharddOptions();

  SharddCommand(Surroundings surroundings, S3Shard root) {
    this.surroundings = surroundings;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (options.arenaSize < Composition.ARENA_MIN_BYTES) {
      throw new InvalidRequest(
          "arenas of "
              + Sizes.format(options.arenaSize)
              + " are too small: at least "
              + Sizes.format(Composition.ARENA_MIN_BYTES));
    }
    options.outageDeadline();
    LogSetup.apply(root.logLevel(LogSetup.Level.info), root.logFormat, null);
    Settings.log(spec);
    SharddDaemon.start(options, surroundings.execution()).await();
    return ExitCode.OK.number();
  }
}
