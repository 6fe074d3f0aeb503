package io.s3shard.volume;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.image.Swept;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reaps deleted volumes one after the other, so that {@code rm} of a file does not wait for the
 * deletion of its objects.
 */
final class BackgroundReaper {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundReaper.class);

  private final Deletions deletions;
  private final Execution execution;
  private final Signal changed;

  /** At most one entry a volume of the prefix: each was retired before it came here. */
  private final Queue<Volume> waiting = new ArrayDeque<>();

  private boolean running;

  BackgroundReaper(Deletions deletions, Execution execution) {
    this.deletions = deletions;
    this.execution = execution;
    this.changed = execution.signal();
  }

  void add(Volume retired) {
    boolean start;
    synchronized (this) {
      waiting.add(retired);
      start = !running;
      running = true;
    }
    if (start) {
      execution.fork("reap", this::run);
    }
  }

  private boolean run() {
    for (Volume next = next(); next != null; next = next()) {
      try {
        Swept reaped = deletions.reap(next.id());
        LOG.info(
            "\"{}\" is deleted, and with it {} objects, {} bytes",
            next.name(),
            reaped.objects(),
            reaped.bytes());
      } catch (RuntimeException e) {
        LOG.warn(
            "\"{}\" is deleted, but keeps room until 's3shard gc' is run: {}",
            next.name(),
            e.getMessage());
      }
    }
    changed.raise();
    return true;
  }

  private synchronized @Nullable Volume next() {
    Volume next = waiting.poll();
    running = next != null;
    return next;
  }

  /** Returns when nothing is left to do. */
  void await() {
    while (true) {
      long seen = changed.version();
      synchronized (this) {
        if (!running) {
          return;
        }
      }
      changed.await(seen);
    }
  }
}
