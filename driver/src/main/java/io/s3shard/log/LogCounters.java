package io.s3shard.log;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often what has happened on one volume's log since it was made. Thread-safe. */
public final class LogCounters {
  /** What is counted. */
  public enum Event {
    /** A load, and one that met a log which changed under it. */
    LOAD,
    LOAD_AGAIN,
    /** A COMMIT in the log, and one that found its slot taken. */
    COMMIT,
    COMMIT_LOST,
    /** A put of a record whose answer was lost. */
    UNKNOWN,
    /** A gap that the owner left for others. */
    FAIR_PAUSE,
    /** A HOLD that the owner met, and one that it had to end itself. */
    HOLD_MET,
    HOLD_RELEASED,
    /** A pin table that was written. */
    PIN_TABLE,
    /** A slot that was taken when somebody who is not the owner wanted it. */
    SLOT_LOST,
    /**
     * A record that was in the log and did not show: its slot had been trimmed, or it was
     * overtaken.
     */
    OVERTAKEN
  }

  private final Map<Event, LongAdder> counts;

  LogCounters() {
    Map<Event, LongAdder> byEvent = new EnumMap<>(Event.class);
    for (Event event : Event.values()) {
      byEvent.put(event, new LongAdder());
    }
    counts = Collections.unmodifiableMap(byEvent);
  }

  public long of(Event event) {
    return adder(event).sum();
  }

  void count(Event event) {
    adder(event).increment();
  }

  private LongAdder adder(Event event) {
    LongAdder adder = counts.get(event);
    if (adder == null) {
      throw new IllegalStateException("no counter of " + event);
    }
    return adder;
  }
}
