package io.s3shard.log;

import java.util.List;

/** A log, and the COMMITs that stand after its checkpoint. */
public record Replay(LoadedLog log, List<CommitAt> commits) {}
