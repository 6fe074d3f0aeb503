package io.s3shard.rpc;

import io.grpc.Status;

/**
 * A call is answered with this status: for what the classes of {@code io.s3shard.error} don't tell
 * apart. The message says what, and the remedy.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;

  public Refused(Status.Code code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public Status.Code code() {
    return code;
  }
}
