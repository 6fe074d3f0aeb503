package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * No object has this key, or its ETag is not the one that was asked for. Only the caller knows
 * whether that is damage.
 */
public final class ObjectMissing extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public ObjectMissing(String message) {
    this(message, null);
  }

  public ObjectMissing(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
