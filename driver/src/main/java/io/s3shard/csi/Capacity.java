package io.s3shard.csi;

import io.grpc.Status;
import io.s3shard.error.InvalidRequest;
import io.s3shard.proto.csi.v1.CapacityRange;
import io.s3shard.rpc.Refused;
import io.s3shard.volume.VolumeLimits;

/**
 * A range of sizes that somebody asks for, in bytes. Sizes are multiples of a block, so that every
 * sector of a device is whole.
 *
 * @param required 0: any
 * @param limit 0: none
 */
record Capacity(long required, long limit) {
  /** Of a volume that nobody says the size of: 10 GiB, as other drivers have it. */
  static final long STANDARD_BYTES = 10L << 30;

  private static final long BLOCK_BYTES = 4096;

  Capacity {
    if (required < 0 || limit < 0) {
      throw new InvalidRequest("capacity_range has a size below zero");
    }
    if (limit > 0 && limit < required) {
      throw new InvalidRequest(
          "capacity_range has a limit of "
              + limit
              + " bytes, less than the "
              + required
              + " that are required");
    }
  }

  static Capacity of(CapacityRange range) {
    return new Capacity(range.getRequiredBytes(), range.getLimitBytes());
  }

  /** Whether a volume that there is fits. */
  boolean holds(long bytes) {
    return bytes >= required && (limit == 0 || bytes <= limit);
  }

  /**
   * The size of a new volume.
   *
   * @param least what it must have in any case: its file system's smallest size
   * @throws Refused OUT_OF_RANGE with what is possible
   */
  long choose(long least) {
    long wanted = required > 0 ? required : standard();
    return within(roundedUp(Math.max(wanted, least)));
  }

  /**
   * The size of a copy.
   *
   * @param source its source's size
   * @throws Refused OUT_OF_RANGE with what is possible
   */
  long chooseCopy(long source) {
    if (required > 0 && required < source) {
      throw outOfRange(
          "the source has " + source + " bytes, more than the " + required + " that are required");
    }
    return within(required == 0 ? source : required == source ? source : roundedUp(required));
  }

  /**
   * The size to which a volume grows; it never shrinks.
   *
   * @throws Refused OUT_OF_RANGE with what is possible
   */
  long grow(long present) {
    return within(required <= present ? present : roundedUp(required));
  }

  private long standard() {
    return limit == 0
        ? STANDARD_BYTES
        : Math.min(STANDARD_BYTES, limit / BLOCK_BYTES * BLOCK_BYTES);
  }

  private long roundedUp(long bytes) {
    if (bytes > VolumeLimits.SIZE_MAX_BYTES) {
      throw outOfRange(
          bytes + " bytes are too many: a volume has at most " + VolumeLimits.SIZE_MAX_BYTES);
    }
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
  }

  private long within(long bytes) {
    if (limit > 0 && bytes > limit) {
      throw outOfRange(
          "the volume would have "
              + bytes
              + " bytes (a multiple of "
              + BLOCK_BYTES
              + "), more than the limit of "
              + limit);
    }
    return bytes;
  }

  private static Refused outOfRange(String message) {
    return new Refused(Status.Code.OUT_OF_RANGE, message);
  }
}
