package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * An object that must be there is missing, short, corrupt or not ours. The message names volume and
 * key. Never zeros instead.
 */
public final class Damaged extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public Damaged(String message) {
    this(message, null);
  }

  public Damaged(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
