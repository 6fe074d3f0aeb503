package io.s3shard.log;

/** What a record that has ended somebody's epoch tells them. */
final class Fencing {
  private Fencing() {}

  static String by(LogRecord record) {
    return switch (record) {
      case LogRecord.Open open ->
          "node "
              + open.writer().node()
              + ", process "
              + open.writer().process()
              + ", has opened it";
      case LogRecord.Close close -> "it was closed by somebody else: " + close.reason();
      case LogRecord.Detach detach -> "node " + detach.node() + " was detached";
      case LogRecord.Retire retire -> "it was deleted: " + retire.reason();
      case LogRecord.Create _,
          LogRecord.Commit _,
          LogRecord.Attach _,
          LogRecord.Pin _,
          LogRecord.Unpin _,
          LogRecord.Hold _,
          LogRecord.Release _,
          LogRecord.Set _ ->
          "its epoch has ended by a " + record.kind();
    };
  }
}
