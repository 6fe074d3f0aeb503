package io.s3shard.sim;

import java.util.Locale;

/**
 * What happened: a hash of all of it, and the last {@code -Ds3shard.sim.trace} events for people,
 * 200 by default.
 */
final class Trace {
  static final int KEPT = Integer.getInteger("s3shard.sim.trace", 200);

  private final long[] times = new long[KEPT];
  private final String[] actors = new String[KEPT];
  private final String[] events = new String[KEPT];
  private final String[] details = new String[KEPT];
  private final long[] numbers = new long[KEPT];
  private long count;
  private long hash = 0x9e3779b97f4a7c15L;

  /**
   * {@code event} and {@code detail} are the only things that are kept, so that nothing is
   * formatted in vain.
   */
  void add(long nanos, String actor, String event, String detail, long number) {
    int at = (int) (count++ % KEPT);
    times[at] = nanos;
    actors[at] = actor;
    events[at] = event;
    details[at] = detail;
    numbers[at] = number;
    mix(nanos);
    mix(actor.hashCode());
    mix(event.hashCode());
    mix(detail.hashCode());
    mix(number);
  }

  /** Goes into the hash only: these are most of what happens. */
  void goesOn(long nanos, String actor) {
    mix(nanos);
    mix(actor.hashCode());
  }

  private void mix(long value) {
    long mixed = (hash ^ value) * 0xbf58476d1ce4e5b9L;
    hash = mixed ^ mixed >>> 29;
  }

  /** The same for the same events, and hardly for others. */
  long hash() {
    return hash;
  }

  long count() {
    return count;
  }

  /** One line an event, oldest first. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (long i = Math.max(0, count - KEPT); i < count; i++) {
      int at = (int) (i % KEPT);
      text.append(
          String.format(Locale.ROOT, "%12.6f  %-28s %s", times[at] / 1e9, actors[at], events[at]));
      if (!details[at].isEmpty()) {
        text.append(' ').append(details[at]);
      }
      if (numbers[at] != 0) {
        text.append(' ').append(numbers[at]);
      }
      text.append('\n');
    }
    return text.toString();
  }
}
