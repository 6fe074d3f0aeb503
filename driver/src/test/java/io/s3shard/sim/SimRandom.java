package io.s3shard.sim;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Dice that fall the same way for the same seed. */
final class SimRandom {
  private final SplittableRandom source;

  SimRandom(long seed) {
    this(new SplittableRandom(seed));
  }

  private SimRandom(SplittableRandom source) {
    this.source = source;
  }

  /** Other dice: what is drawn from them does not shift what these show. */
  SimRandom split() {
    return new SimRandom(source.split());
  }

  long below(long bound) {
    return source.nextLong(bound);
  }

  int below(int bound) {
    return source.nextInt(bound);
  }

  /** Both ends included. */
  long between(long least, long most) {
    return source.nextLong(least, most + 1);
  }

  boolean chance(double probability) {
    return probability > 0 && source.nextDouble() < probability;
  }

  /** Both ends included, to the nanosecond. */
  Duration between(Duration least, Duration most) {
    return Duration.ofNanos(between(least.toNanos(), most.toNanos()));
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    source.nextBytes(bytes);
    return bytes;
  }
}
