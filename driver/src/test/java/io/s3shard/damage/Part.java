package io.s3shard.damage;

/** What an object of a bucket is, as finely as damage to it differs. */
enum Part {
  PREFIX_MARK,
  NAME,
  CONTROL_RECORD,
  COMMIT,
  EXTENTS_INDEX,
  CHUNK,
  SEGMENT,
  ROOT,
  PAGE,
  DELTA_PAGE,
  PIN_TABLE
}
