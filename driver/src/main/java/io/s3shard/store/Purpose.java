package io.s3shard.store;

/**
 * Why a request is made: it decides the priority, and is a label of the metrics and of the bill.
 * Most urgent first.
 */
public enum Purpose {
  /** A log record or what belongs to appending one: somebody waits in a flush, or for ownership. */
  LOG,
  /** A read that an application waits for. */
  READ,
  /** Upload of data that a flush waits for. */
  FLUSH,
  /** Pages, roots and names: opening, listing, looking up. */
  MAP,
  /** Read-ahead. */
  PREFETCH,
  /** Checkpoint, merge, fold, sweep: nobody waits. */
  BACKGROUND
}
