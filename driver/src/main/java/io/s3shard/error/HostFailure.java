package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * This host could not do it: a program failed or took too long, a device is missing. The message
 * has what the program said.
 */
public final class HostFailure extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public HostFailure(String message) {
    this(message, null);
  }

  public HostFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
