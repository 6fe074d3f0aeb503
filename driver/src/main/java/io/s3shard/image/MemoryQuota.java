package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;

/** Memory that all images of a process share for one purpose. Thread-safe. */
final class MemoryQuota {
  private final long limitBytes;
  private final Signal left;
  private long usedBytes;
  private int waiting;

  /**
   * @param limitBytes one user may take more, if it is alone
   */
  MemoryQuota(Execution execution, long limitBytes) {
    this.limitBytes = limitBytes;
    this.left = execution.signal();
  }

  /** What one user has taken; given back when it is closed. */
  record Taken(MemoryQuota from, long bytes) implements AutoCloseable {
    @Override
    public void close() {
      from.give(bytes);
    }
  }

  /** Waits for memory. Who has some must not take more. */
  Taken take(long bytes) {
    boolean waits = false;
    while (true) {
      long seen = left.version();
      synchronized (this) {
        waiting -= waits ? 1 : 0;
        if (bytes == 0 || usedBytes == 0 || usedBytes + bytes <= limitBytes) {
          usedBytes += bytes;
          return new Taken(this, bytes);
        }
        waits = true;
        waiting++;
      }
      left.await(seen);
    }
  }

  private void give(long bytes) {
    synchronized (this) {
      usedBytes -= bytes;
    }
    left.raise();
  }

  /** How many wait for memory. */
  synchronized int waiting() {
    return waiting;
  }
}
