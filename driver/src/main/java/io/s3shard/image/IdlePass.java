package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes room when an image has become idle, RFC 0002: one pass after the last COMMIT, then silence
 * until the next.
 *
 * <pre>
 *   waiting   for a COMMIT
 *   quiet?    until none came for a while
 *   passing   folds and empties as long as it pays, or until a COMMIT comes
 * </pre>
 */
final class IdlePass {
  private static final Logger LOG = LoggerFactory.getLogger(IdlePass.class);

  /** A checkpoint is worth it for so much of what makes one due. */
  private static final double CHECKPOINT_SHARE = 1 / 16.0;

  private final ImageParts parts;
  private final Checkpointer checkpointer;
  private final Upkeeper upkeeper;
  private final Duration idleAfter;
  private final Execution.Task<Void> task;
  private boolean stopped;

  IdlePass(ImageParts parts, Checkpointer checkpointer) {
    this.parts = parts;
    this.checkpointer = checkpointer;
    this.upkeeper = checkpointer.upkeeper();
    this.idleAfter = parts.options().upkeep().idleAfter();
    this.task = parts.execution().fork("idle " + parts.volume(), this::run);
  }

  /** Ends it before long. */
  void end() {
    synchronized (this) {
      stopped = true;
    }
    checkpointer.stopUpkeep();
  }

  /** Ends it; returns when it has ended. */
  void stop() {
    end();
    task.join();
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private @Nullable Void run() {
    long seenCommits = 0;
    while (!isStopped()) {
      long seen = checkpointer.changed().version();
      long commits = checkpointer.userCommits();
      if (commits == seenCommits && !isStopped()) {
        checkpointer.changed().await(seen);
      } else if (becomesQuiet(commits)) {
        seenCommits = commits;
        pass(commits);
      }
    }
    return null;
  }

  /** Waits a while; true if there was no COMMIT. */
  private boolean becomesQuiet(long commits) {
    long until = parts.execution().nanoTime() + idleAfter.toNanos();
    long left = idleAfter.toNanos();
    while (left > 0 && goesOn(commits)) {
      long seen = checkpointer.changed().version();
      if (goesOn(commits)) {
        checkpointer.changed().await(seen, Duration.ofNanos(left));
      }
      left = until - parts.execution().nanoTime();
    }
    return goesOn(commits);
  }

  private boolean goesOn(long commits) {
    return !isStopped() && checkpointer.userCommits() == commits;
  }

  private void pass(long commits) {
    try {
      if (checkpointer.isDueBy(CHECKPOINT_SHARE)
          && !checkpointer.checkpoint(upkeeper::withoutBudget)) {
        return;
      }
      checkpointer.countAll();
      if (goesOn(commits) && upkeeper.pays() && fold(commits) && empty(commits)) {
        upkeeper.passed();
      }
    } catch (S3ShardException e) {
      LOG.warn(
          "volume {}: making room was given up, the next idle time begins anew: {}",
          parts.volume(),
          e.getMessage());
    }
  }

  /** Returns whether it came to its end. */
  private boolean fold(long commits) {
    double share = upkeeper.idleFoldShare();
    long chunk = 0;
    while (share < 1 && chunk < Long.MAX_VALUE) {
      long from = chunk;
      if (!goesOn(commits) || !checkpointer.checkpoint(() -> upkeeper.folding(share, from))) {
        return false;
      }
      chunk = upkeeper.searchedTo();
    }
    return true;
  }

  /** Returns whether it came to its end. */
  private boolean empty(long commits) {
    long before = Long.MAX_VALUE;
    long dead = upkeeper.deadBlocks();
    while (dead < before) {
      UpkeepPlan plan = upkeeper.emptying();
      if (plan.upkeep().emptied().isEmpty()) {
        return true;
      }
      if (!goesOn(commits) || !checkpointer.checkpoint(() -> plan)) {
        return false;
      }
      before = dead;
      dead = upkeeper.deadBlocks();
    }
    return true;
  }
}
