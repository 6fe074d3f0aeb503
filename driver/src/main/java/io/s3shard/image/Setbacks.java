package io.s3shard.image;

import io.s3shard.error.S3ShardException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Failures in a row of something that is tried again: how long to wait before that, and when to
 * give up. Not thread-safe.
 */
final class Setbacks {
  /** After so many whoever waits for it is told. */
  private static final int MOST = 4;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 5;

  private @Nullable S3ShardException last;
  private int count;
  private long againNanos;

  void failed(S3ShardException failure, long nowNanos) {
    last = failure;
    againNanos = nowNanos + (FIRST_PAUSE.toNanos() << Math.min(count, MOST_DOUBLINGS));
    count++;
  }

  void succeeded() {
    last = null;
    count = 0;
  }

  /** How long to wait before the next try; zero: not at all. */
  Duration pause(long nowNanos) {
    return count == 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, againNanos - nowNanos));
  }

  /**
   * @throws S3ShardException the last failure, if it is one too many
   */
  void giveUpIfHopeless() {
    S3ShardException failure = last;
    if (failure != null && count >= MOST) {
      throw failure;
    }
  }
}
