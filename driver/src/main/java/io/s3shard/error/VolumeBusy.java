package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/** The volume is open, pinned, attached or held elsewhere. The message names the holder. */
public final class VolumeBusy extends S3ShardException {
  private static final long serialVersionUID = 1L;

  public VolumeBusy(String message) {
    this(message, null);
  }

  public VolumeBusy(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
