package io.s3shard.testing;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Which requests fail, and how: by seeded dice, or the next one about a key. Thread-safe; the same
 * order of requests gives the same faults.
 */
public final class FaultPlan {
  private final long seed;
  private final Random dice;
  private final Duration longestDelay;
  private final List<Chance> chances = new ArrayList<>();
  private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
  private final List<Forced> forced = new ArrayList<>();
  private boolean away;

  private record Forced(Fault fault, String keyPart) {}

  private record Chance(Fault fault, Fault.Kind kind, double probability) {}

  public FaultPlan(long seed, Duration longestDelay) {
    this.seed = seed;
    this.dice = new Random(seed);
    this.longestDelay = longestDelay;
  }

  /** From now on each request that can have {@code fault} has it with this probability. */
  public synchronized FaultPlan with(Fault fault, double probability) {
    for (Fault.Kind kind : Fault.Kind.values()) {
      if (kind.canHave(fault)) {
        with(fault, kind, probability);
      }
    }
    return this;
  }

  /** The same for requests of one kind. */
  public synchronized FaultPlan with(Fault fault, Fault.Kind kind, double probability) {
    chances.add(new Chance(fault, kind, probability));
    return this;
  }

  /** The next request that can have {@code fault} and whose key contains {@code keyPart} has it. */
  public synchronized FaultPlan next(Fault fault, String keyPart) {
    forced.add(new Forced(fault, keyPart));
    return this;
  }

  /** While true, every request fails and does nothing. */
  public synchronized void away(boolean value) {
    away = value;
  }

  /** How often this fault has happened. */
  public synchronized int count(Fault fault) {
    return injected.getOrDefault(fault, 0);
  }

  /** For the message of a failed test. */
  @Override
  public synchronized String toString() {
    return "seed " + seed + ", injected " + injected;
  }

  synchronized @Nullable Fault draw(Fault.Kind kind, String key) {
    @Nullable Fault fault = away ? Fault.UNAVAILABLE : forced(kind, key);
    if (fault == null) {
      fault = diced(kind);
    }
    if (fault != null) {
      injected.merge(fault, 1, Integer::sum);
    }
    return fault;
  }

  synchronized Duration delay() {
    return Duration.ofNanos((long) (dice.nextDouble() * longestDelay.toNanos()));
  }

  /** A copy with one wrong bit; as it is when it is empty. */
  synchronized ByteBuffer flipped(ByteBuffer bytes) {
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    if (copy.hasRemaining()) {
      int at = dice.nextInt(copy.remaining());
      copy.put(at, (byte) (copy.get(at) ^ 1 << dice.nextInt(8)));
    }
    return copy.asReadOnlyBuffer();
  }

  private @Nullable Fault forced(Fault.Kind kind, String key) {
    for (Iterator<Forced> each = forced.iterator(); each.hasNext(); ) {
      Forced next = each.next();
      if (kind.canHave(next.fault) && key.contains(next.keyPart)) {
        each.remove();
        return next.fault;
      }
    }
    return null;
  }

  private @Nullable Fault diced(Fault.Kind kind) {
    for (Chance chance : chances) {
      if (chance.kind == kind && dice.nextDouble() < chance.probability) {
        return chance.fault;
      }
    }
    return null;
  }
}
