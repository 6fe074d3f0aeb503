package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/**
 * A failure that has been classified. Its message is one line that says what, where, and the
 * remedy; it is what a person reads on a terminal and in an event. The class decides the errno, the
 * exit code and the gRPC status, each mapped in one file.
 */
public abstract sealed class S3ShardException extends RuntimeException
    permits StoreUnavailable,
        StoreRefused,
        ObjectMissing,
        Damaged,
        Fenced,
        Poisoned,
        VolumeBusy,
        VolumeExists,
        VolumeMissing,
        InvalidRequest,
        HostFailure {

  private static final long serialVersionUID = 1L;

  protected S3ShardException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
