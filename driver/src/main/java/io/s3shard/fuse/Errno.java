package io.s3shard.fuse;

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
import ru.serce.jnrfuse.ErrorCodes;

/** The one place where failures become errno values, negative as FUSE wants them. */
final class Errno {
  private Errno() {}

  static int of(Throwable failure) {
    return failure instanceof S3ShardException classified ? -code(classified) : -ErrorCodes.EIO();
  }

  private static int code(S3ShardException failure) {
    return switch (failure) {
      case StoreUnavailable e -> ErrorCodes.EIO();
      case StoreRefused e -> ErrorCodes.EIO();
      case ObjectMissing e -> ErrorCodes.EIO();
      case Damaged e -> ErrorCodes.EIO();
      case Fenced e -> ErrorCodes.EIO();
      case Poisoned e -> ErrorCodes.EIO();
      case VolumeBusy e -> ErrorCodes.EBUSY();
      case VolumeExists e -> ErrorCodes.EEXIST();
      case VolumeMissing e -> ErrorCodes.ENOENT();
      case InvalidRequest e -> ErrorCodes.EINVAL();
      case HostFailure e -> ErrorCodes.EIO();
    };
  }
}
