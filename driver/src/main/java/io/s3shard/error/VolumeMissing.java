package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/** There is no such volume, snapshot or prefix. */
public final class VolumeMissing extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public VolumeMissing(String message) {
    this(message, null);
  }

  public VolumeMissing(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
