package io.s3shard.cli;

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
 * How a command ends: the one map from what went wrong to a number for scripts. The numbers are
 * API.
 */
enum ExitCode {
  OK(0, "done"),
  OTHER(1, "another failure"),
  USAGE(2, "wrong use: an unknown option, a bad value, a question without a terminal"),
  NOT_FOUND(3, "no such volume, prefix or object"),
  BUSY(4, "it exists, or is open elsewhere, or pinned"),
  UNAVAILABLE(5, "the bucket is away: try again"),
  REFUSED(6, "the bucket refuses, or can't be used: key, policy, capability, foreign prefix"),
  DAMAGED(7, "damage was found"),
  FENCED(8, "the volume was taken over, or a flush failed before"),
  PARTLY(9, "partly done: run it again"),
  INTERRUPTED(130, "interrupted");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  int number() {
    return number;
  }

  String meaning() {
    return meaning;
  }

  static ExitCode of(Throwable failure) {
    return failure instanceof S3ShardException classified ? of(classified) : OTHER;
  }

  /** The failure that another process has met and told of by its exit code. */
  static RuntimeException failure(int number, String message) {
    for (ExitCode code : values()) {
      if (code.number == number) {
        return code.failure(message);
      }
    }
    return OTHER.failure(message);
  }

  private RuntimeException failure(String message) {
    return switch (this) {
      case USAGE -> new InvalidRequest(message);
      case NOT_FOUND -> new VolumeMissing(message);
      case BUSY -> new VolumeBusy(message);
      case UNAVAILABLE -> new StoreUnavailable(message);
      case REFUSED -> new StoreRefused(message);
      case DAMAGED -> new Damaged(message);
      case FENCED -> new Fenced(message);
      case OK, OTHER, PARTLY, INTERRUPTED -> new IllegalStateException(message);
    };
  }

  private static ExitCode of(S3ShardException failure) {
    return switch (failure) {
      case InvalidRequest _ -> USAGE;
      case VolumeMissing _ -> NOT_FOUND;
      case ObjectMissing _ -> NOT_FOUND;
      case VolumeExists _ -> BUSY;
      case VolumeBusy _ -> BUSY;
      case StoreUnavailable _ -> UNAVAILABLE;
      case StoreRefused _ -> REFUSED;
      case Damaged _ -> DAMAGED;
      case Fenced _ -> FENCED;
      case Poisoned _ -> FENCED;
      case HostFailure _ -> OTHER;
    };
  }
}
