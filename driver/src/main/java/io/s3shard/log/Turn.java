package io.s3shard.log;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;

/** One at a time, over calls that wait: it is held while memory's locks must not be. */
final class Turn {
  private final Signal signal;
  private boolean taken;

  Turn(Execution execution) {
    signal = execution.signal();
  }

  /** Waits for it. */
  Held take() {
    while (true) {
      long seen = signal.version();
      if (tryTake()) {
        return this::giveBack;
      }
      signal.await(seen);
    }
  }

  private synchronized boolean tryTake() {
    boolean free = !taken;
    taken = true;
    return free;
  }

  private void giveBack() {
    synchronized (this) {
      taken = false;
    }
    signal.raise();
  }

  /** Given back at the end of the block. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }
}
