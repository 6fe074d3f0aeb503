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
  /** A successor replays the arena from its start, not from S + 1. */
  REPLAYS_ALL,
  /** A successor finds no arena. */
  REPLAYS_NOTHING
}
