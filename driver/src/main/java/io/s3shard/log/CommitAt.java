package io.s3shard.log;

/**
 * A COMMIT that stands, where it stands. Inline extents name this slot; a long index is resolved.
 */
public record CommitAt(long slot, LogRecord.Commit commit) {}
