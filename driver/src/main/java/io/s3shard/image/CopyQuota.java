package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * What the copying in the background may take, of all images of a process together: bytes of memory
 * at a time, and bytes a second. Thread-safe.
 */
public final class CopyQuota {
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();

  private final Execution execution;
  private final long memoryBytes;
  private final long bytesPerSecond;
  private final Signal left;
  private long usedBytes;
  private long freeAtNanos;
  private boolean begun;

  /**
   * @param memoryBytes one copy may take more, if it is alone
   */
  public CopyQuota(Execution execution, long memoryBytes, long bytesPerSecond) {
    this.execution = execution;
    this.memoryBytes = memoryBytes;
    this.bytesPerSecond = bytesPerSecond;
    this.left = execution.signal();
  }

  /** Memory for one copy; given back when it is closed. */
  record Taken(CopyQuota from, int bytes) implements AutoCloseable {
    @Override
    public void close() {
      from.give(bytes);
    }
  }

  /** Waits for memory. Who has some must not take more. */
  Taken take(int bytes) {
    while (true) {
      long seen = left.version();
      synchronized (this) {
        if (usedBytes == 0 || usedBytes + bytes <= memoryBytes) {
          usedBytes += bytes;
          return new Taken(this, bytes);
        }
      }
      left.await(seen);
    }
  }

  private void give(int bytes) {
    synchronized (this) {
      usedBytes -= bytes;
    }
    left.raise();
  }

  /**
   * Waits as long as {@code bytes} that were just copied should have taken, unless it is urgent.
   */
  void copied(long bytes, BooleanSupplier urgent) {
    long until = book(bytes);
    long nanos = until - execution.nanoTime();
    while (nanos > 0 && !urgent.getAsBoolean()) {
      execution.sleep(Duration.ofNanos(Math.min(nanos, LOOK_NANOS)));
      nanos = until - execution.nanoTime();
    }
  }

  private synchronized long book(long bytes) {
    long now = execution.nanoTime();
    if (!begun || freeAtNanos - now < 0) {
      freeAtNanos = now;
      begun = true;
    }
    freeAtNanos += (long) (bytes * 1e9 / bytesPerSecond);
    return freeAtNanos;
  }
}
