package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/** The caller's mistake. The message says what is allowed. */
public final class InvalidRequest extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public InvalidRequest(String message) {
    this(message, null);
  }

  public InvalidRequest(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
