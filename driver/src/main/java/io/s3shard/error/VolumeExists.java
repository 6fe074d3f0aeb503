package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/** A volume of this name exists. */
public final class VolumeExists extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public VolumeExists(String message) {
    this(message, null);
  }

  public VolumeExists(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
