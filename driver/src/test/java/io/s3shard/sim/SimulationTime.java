package io.s3shard.sim;

/**
 * How long the simulations of a test run may take: {@code -Ds3shard.sim.seconds}, 45 by default.
 */
final class SimulationTime {
  private SimulationTime() {}

  static double seconds() {
    return Double.parseDouble(System.getProperty("s3shard.sim.seconds", "45"));
  }
}
