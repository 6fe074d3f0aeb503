package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * Another writer owns the volume, or somebody has ended our epoch: this image is of no use any
 * more.
 */
public final class Fenced extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public Fenced(String message) {
    this(message, null);
  }

  public Fenced(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
