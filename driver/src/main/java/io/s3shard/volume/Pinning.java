package io.s3shard.volume;

/** Who appends PINs: the volume's owner where it is at hand, else anybody. */
@FunctionalInterface
public interface Pinning {
  /**
   * Pins the volume that is called {@code volume}.
   *
   * @throws io.s3shard.error.VolumeMissing if there is none; as {@link PinRequest#record}
   */
  Snapshot pin(String volume, PinRequest request);
}
