package io.s3shard.testing;

/** A rule of the engine that is broken on purpose, to show that a test notices. */
public enum Mutation {
  NONE,
  /** A flush returns at once. */
  FLUSH_DOES_NOTHING,
  /** An OPEN counts as soon as its put was answered. */
  NO_CONFIRMATION,
  /** COMMITs are deleted before the checkpoint that covers them is in the log. */
  TRIMS_TOO_EARLY,
  /** Data is deleted before the checkpoint that has replaced it is in the log. */
  DELETES_DATA_TOO_EARLY,
  /** Data is deleted that a pin needs. */
  DELETES_WHAT_A_PIN_NEEDS,
  /** A checkpoint says that it covers COMMITs that came after it was begun. */
  COVERS_WHAT_IS_YOUNGER,
  /** A successor replays the arena from its start, not from S + 1. */
  REPLAYS_ALL,
  /** A successor finds no arena. */
  REPLAYS_NOTHING
}
