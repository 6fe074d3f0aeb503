package io.s3shard.image;

/** Why a COMMIT is made: a label of the metrics. */
public enum CommitCause {
  FLUSH,
  INTERVAL,
  CLOSE
}
