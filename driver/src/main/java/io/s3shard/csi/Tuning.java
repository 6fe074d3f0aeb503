package io.s3shard.csi;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What can be changed of a volume that lives, by a volume attributes class: the whitelist. A node
 * hears of it when the volume is attached to it, so a change takes effect at the next stage.
 *
 * @param given the values that somebody chose, in milliseconds, by the key of a context
 */
record Tuning(SortedMap<String, String> given) {
  static final String COMMIT_INTERVAL = "commitInterval";
  static final String MIN_FLUSH_INTERVAL = "minFlushInterval";
  static final List<String> KEYS = List.of(COMMIT_INTERVAL, MIN_FLUSH_INTERVAL);

  /** In a volume's attributes, before the key of a context. */
  private static final String ATTRIBUTE = "csi.";

  private static final List<String> CONTEXT_KEYS =
      List.of(VolumeContext.COMMIT_INTERVAL, VolumeContext.MIN_FLUSH_INTERVAL);

  Tuning {
    given = new TreeMap<>(given);
  }

  /**
   * @throws io.s3shard.error.InvalidRequest with what is allowed
   */
  static Tuning of(Parameters parameters) {
    SortedMap<String, String> given = new TreeMap<>();
    parameters
        .span(COMMIT_INTERVAL, Duration.ofMillis(100), Duration.ofHours(1))
        .ifPresent(span -> given.put(VolumeContext.COMMIT_INTERVAL, millis(span)));
    parameters
        .span(MIN_FLUSH_INTERVAL, Duration.ZERO, Duration.ofSeconds(10))
        .ifPresent(span -> given.put(VolumeContext.MIN_FLUSH_INTERVAL, millis(span)));
    return new Tuning(given);
  }

  /** What a volume's attributes say. */
  static Tuning ofAttributes(Map<String, String> attributes) {
    SortedMap<String, String> given = new TreeMap<>();
    for (String key : CONTEXT_KEYS) {
      String value = attributes.get(ATTRIBUTE + key);
      if (value != null) {
        given.put(key, value);
      }
    }
    return new Tuning(given);
  }

  /** These values, and those of {@code base} that are not given here. */
  Tuning over(Tuning base) {
    SortedMap<String, String> all = new TreeMap<>(base.given);
    all.putAll(given);
    return new Tuning(all);
  }

  SortedMap<String, String> attributes() {
    SortedMap<String, String> all = new TreeMap<>();
    given.forEach((key, value) -> all.put(ATTRIBUTE + key, value));
    return all;
  }

  private static String millis(Duration span) {
    return Long.toString(span.toMillis());
  }
}
