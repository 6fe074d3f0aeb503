package io.s3shard.map;

/** What upkeep does with a chunk. */
enum Rewrite {
  /** Only what must be. */
  NONE,
  /** What lies in segments that are emptied is gathered. */
  EMPTY,
  /** All that is stored is gathered into one group. */
  TOGETHER,
  /** It becomes an object of its own. */
  OBJECT
}
