package io.s3shard.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code snapshot}: the commands on snapshots. */
@Command(
    name = "snapshot",
    description = {
      "Take, list and remove snapshots.",
      "A snapshot costs no data, whatever the volume's size, and can be taken while the volume is written to."
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "A snapshot is a file, too: .snapshots/VOLUME/NAME in a mount.",
      "",
      "Examples:",
      "  s3shard snapshot create s3://bucket/prefix fs.img monday",
      "  s3shard snapshot ls s3://bucket/prefix fs.img",
      "  s3shard clone s3://bucket/prefix fs.img@monday copy.img"
    })
final class SnapshotCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  static CommandLine line(Surroundings surroundings) {
    return new CommandLine(new SnapshotCommand())
        .addSubcommand(new SnapshotCreateCommand(surroundings))
        .addSubcommand(new SnapshotLsCommand(surroundings))
        .addSubcommand(new SnapshotRmCommand(surroundings));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "which command? 's3shard snapshot --help' lists them");
  }
}
