package io.s3shard.store;

/** What became of a put-if-absent. */
public enum PutOutcome {
  /** The object is ours. */
  WON,
  /** Something was there already; it may be ours from an earlier try: compare the bytes. */
  LOST,
  /** Time-out, connection lost, 5xx: it may have landed, may still land, or not. Read the key. */
  UNKNOWN
}
