package io.s3shard.cli;

import java.util.List;

/** All commands, in the order in which the help lists them. */
final class Commands {
  private Commands() {}

  static List<Object> all(Surroundings surroundings, S3Shard root) {
    return List.of(
        new MountCommand(surroundings, root),
        new UmountCommand(surroundings),
        new CreateCommand(surroundings),
        new LsCommand(surroundings),
        new InfoCommand(surroundings),
        new ResizeCommand(surroundings),
        new RmCommand(surroundings),
        new DetachCommand(surroundings),
        SnapshotCommand.line(surroundings),
        new CloneCommand(surroundings),
        new RestoreCommand(surroundings),
        new ExportCommand(surroundings),
        new ImportCommand(surroundings),
        new GcCommand(surroundings),
        new StatsCommand(surroundings),
        new InspectCommand(surroundings),
        new CheckCommand(surroundings),
        new DoctorCommand(surroundings),
        new ConfigCommand(surroundings),
        new ControllerCommand(surroundings, root),
        new NodeCommand(surroundings, root),
        new SharddCommand(surroundings, root),
        new CompletionCommand(surroundings));
  }
}
