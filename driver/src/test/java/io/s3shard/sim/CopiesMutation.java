package io.s3shard.sim;

import io.s3shard.store.ObjectStore;
import io.s3shard.testing.Mutation;

/** A rule of copies that is broken on purpose. */
enum CopiesMutation {
  NONE,
  /** A collector keeps what the present state needs, and looks at no pin. */
  SWEEPS_WHAT_PINS_NEED,
  /** A sweep takes what an open epoch has uploaded and not yet committed for garbage. */
  SWEEPS_THE_OPEN_EPOCH,
  /** A volume's data goes before its RETIRE is in the log. */
  DELETES_BEFORE_ITS_DEATH,
  /** A PIN counts as soon as its put was answered. */
  PIN_IS_NOT_CONFIRMED;

  ObjectStore store(ObjectStore bucket, ObjectStore store) {
    return this == PIN_IS_NOT_CONFIRMED ? Mutation.NO_CONFIRMATION.store(bucket, store) : store;
  }
}
