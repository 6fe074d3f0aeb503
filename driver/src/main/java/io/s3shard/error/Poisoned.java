package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * A flush was reported failed before: reads go on, writes and flushes fail until the volume is
 * opened anew.
 */
public final class Poisoned extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public Poisoned(String message) {
    this(message, null);
  }

  public Poisoned(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
