package io.s3shard.csi;

/**
 * Hears of each step of a call that changes the host. A test ends the process at one of them; the
 * same call again must then succeed.
 */
public interface Progress {
  /** Nobody listens. */
  Progress SILENT = step -> {};

  /** {@code step} has been done, such as {@code stage.loop}. */
  void reached(String step);
}
