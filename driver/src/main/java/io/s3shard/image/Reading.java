package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Signal;
import org.jspecify.annotations.Nullable;

/**
 * One read that waits for its parts. It ends when the last of them has come or failed, not before:
 * the caller's memory is written to until then. Thread-safe.
 */
final class Reading {
  private final Signal ended;
  private int missing;
  private @Nullable Throwable failure;

  /**
   * @param parts how many must come
   */
  Reading(Signal ended, int parts) {
    this.ended = ended;
    this.missing = parts;
  }

  void filled() {
    one(null);
  }

  void failed(Throwable why) {
    one(why);
  }

  private void one(@Nullable Throwable why) {
    boolean last;
    synchronized (this) {
      failure = failure == null ? why : failure;
      last = --missing == 0;
    }
    if (last) {
      ended.raise();
    }
  }

  /** Returns when all parts are there. What the first failure was is thrown. */
  void await() {
    while (true) {
      long seen = ended.version();
      synchronized (this) {
        if (missing == 0) {
          break;
        }
      }
      ended.await(seen);
    }
    Throwable why = failure;
    if (why instanceof S3ShardException known) {
      throw known;
    }
    if (why != null) {
      throw new IllegalStateException("a read failed", why);
    }
  }
}
