package io.s3shard.log;

import java.util.List;

/**
 * COMMITs as they were read, and the log's tail as it was listed afterwards. Nothing had been
 * trimmed that no checkpoint up to this tail covers.
 */
public record CommitsSeen(List<CommitAt> commits, long tail) {
  public CommitsSeen {
    commits = List.copyOf(commits);
  }
}
