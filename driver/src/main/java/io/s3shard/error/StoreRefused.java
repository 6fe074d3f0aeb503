package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * The bucket answers, and refuses: credentials, no such bucket, no conditional puts, quota. Trying
 * again does not help.
 */
public final class StoreRefused extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public StoreRefused(String message) {
    this(message, null);
  }

  public StoreRefused(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
