package io.s3shard.sim;

import org.jspecify.annotations.Nullable;

/**
 * A run that went wrong. The message begins with one line that names the seed; the tasks and the
 * last events follow.
 */
final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  SimulationFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
