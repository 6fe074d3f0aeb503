package io.s3shard.error;

import org.jspecify.annotations.Nullable;

/** The bucket is away, slow or busy. Trying again may help; retried until the user's deadline. */
public final class StoreUnavailable extends S3ShardException {
  private static final long serialVersionUID = 1L;

  private final boolean throttled;

  public StoreUnavailable(String message) {
    this(message, null);
  }

  public StoreUnavailable(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  private StoreUnavailable(String message, @Nullable Throwable cause, boolean throttled) {
    super(message, cause);
    this.throttled = throttled;
  }

  /** The bucket is there, and asks for fewer requests. */
  public static StoreUnavailable throttled(String message, @Nullable Throwable cause) {
    return new StoreUnavailable(message, cause, true);
  }

  /** Whether the bucket asked for fewer requests. */
  public boolean isThrottled() {
    return throttled;
  }
}
