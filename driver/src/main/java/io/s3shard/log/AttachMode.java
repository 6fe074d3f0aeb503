package io.s3shard.log;

/** What an attached node may do. */
public enum AttachMode {
  /** It may open for writing; no other node is attached. */
  SINGLE_WRITER,
  /** It may read, with any number of others. */
  READ_ONLY
}
