package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/** The bucket is away or slow. Trying again may help; retried until the user's deadline. */
public final class StoreUnavailable extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailable(String message) {
    this(message, null);
  }

  public StoreUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
