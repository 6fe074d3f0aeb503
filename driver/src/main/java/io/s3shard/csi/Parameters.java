package io.s3shard.csi;

import io.s3shard.error.InvalidRequest;
import io.s3shard.units.ByteSize;
import io.s3shard.units.TimeSpan;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keys and values that somebody wrote into a class. An unknown key is refused, since a typo must
 * not silently change a volume; Kubernetes' own keys are left out.
 */
final class Parameters {
  private static final String OF_KUBERNETES = "csi.storage.k8s.io/";

  private final String field;
  private final SortedMap<String, String> given;

  private Parameters(String field, SortedMap<String, String> given) {
    this.field = field;
    this.given = given;
  }

  /**
   * @param field of the request that they are in, for messages
   * @throws InvalidRequest listing what is known
   */
  static Parameters of(String field, Map<String, String> all, List<String> known) {
    Requires.small(field, all);
    SortedMap<String, String> given = new TreeMap<>();
    all.forEach((key, value) -> {
      if (!key.startsWith(OF_KUBERNETES)) {
        given.put(spelled(key), value);
      }
    });
    for (String key : given.keySet()) {
      if (!known.contains(key)) {
        throw new InvalidRequest(
            field + " has the unknown key \"" + key + "\": known are " + String.join(", ", known));
      }
    }
    return new Parameters(field, given);
  }

  /** The provisioner leaves an older key, in whatever case, where it is. */
  private static String spelled(String key) {
    return key.toLowerCase(Locale.ROOT).equals("fstype") ? VolumeContext.FS_TYPE : key;
  }

  SortedMap<String, String> all() {
    return given;
  }

  /** Empty: it is not given, or is the empty string. */
  Optional<String> text(String key) {
    return Optional.ofNullable(given.get(key)).filter(value -> !value.isEmpty());
  }

  Optional<Long> size(String key) {
    return text(key).map(value -> parsed(key, () -> ByteSize.parse(value)));
  }

  /** From {@code least} to {@code most}. */
  Optional<Duration> span(String key, Duration least, Duration most) {
    return text(key)
        .map(value -> {
          Duration span = parsed(key, () -> TimeSpan.parse(value));
          if (span.compareTo(least) < 0 || span.compareTo(most) > 0) {
            throw wrong(key, value, least.toMillis() + "ms to " + most.toMillis() + "ms");
          }
          return span;
        });
  }

  /** One of the keys of {@code choices}, which are listed if it is none. */
  <T> Optional<T> choice(String key, SortedMap<String, T> choices) {
    return text(key)
        .map(value -> {
          T chosen = choices.get(value);
          if (chosen == null) {
            throw wrong(key, value, String.join(", ", choices.keySet()));
          }
          return chosen;
        });
  }

  private interface Parser<T> {
    T parse();
  }

  private <T> T parsed(String key, Parser<T> parser) {
    try {
      return parser.parse();
    } catch (InvalidRequest e) {
      throw new InvalidRequest(field + " " + key + ": " + e.getMessage(), e);
    }
  }

  private InvalidRequest wrong(String key, String value, String allowed) {
    return new InvalidRequest(field + " " + key + " is \"" + value + "\": allowed are " + allowed);
  }
}
