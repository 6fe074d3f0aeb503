package io.s3shard.rpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.s3shard.error.Damaged;
import io.s3shard.error.Fenced;
import io.s3shard.error.HostFailure;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;

/**
 * The one place where failures become gRPC statuses. What is final to a caller (all but UNAVAILABLE
 * and ABORTED) says: it did not happen, and nothing goes on.
 */
public final class Statuses {
  private Statuses() {}

  public static Status of(Throwable failure) {
    return switch (failure) {
      case Refused refused -> Status.fromCode(refused.code()).withDescription(message(refused));
      case S3ShardException classified ->
          Status.fromCode(code(classified)).withDescription(message(classified));
      // of a call that we made in turn
      case StatusRuntimeException passedOn ->
          Status.fromCode(passedOn.getStatus().getCode())
              .withDescription(passedOn.getStatus().getDescription());
      default ->
          Status.INTERNAL.withDescription(
              "a fault of s3shard itself: " + failure + "; the log has more, please report it");
    };
  }

  /** Whether it was not foreseen: worth a stack trace. */
  static boolean isFault(Throwable failure) {
    return !(failure instanceof Refused
        || failure instanceof S3ShardException
        || failure instanceof StatusRuntimeException);
  }

  private static Status.Code code(S3ShardException failure) {
    return switch (failure) {
      case StoreUnavailable e -> Status.Code.UNAVAILABLE;
      case StoreRefused e -> Status.Code.FAILED_PRECONDITION;
      case ObjectMissing e -> Status.Code.DATA_LOSS;
      case Damaged e -> Status.Code.DATA_LOSS;
      case Fenced e -> Status.Code.ABORTED;
      case Poisoned e -> Status.Code.FAILED_PRECONDITION;
      case VolumeBusy e -> Status.Code.FAILED_PRECONDITION;
      case VolumeExists e -> Status.Code.ALREADY_EXISTS;
      case VolumeMissing e -> Status.Code.NOT_FOUND;
      case InvalidRequest e -> Status.Code.INVALID_ARGUMENT;
      case HostFailure e -> Status.Code.INTERNAL;
    };
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
