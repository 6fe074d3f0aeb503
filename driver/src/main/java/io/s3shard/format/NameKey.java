package io.s3shard.format;

import io.s3shard.store.ObjectKey;
import java.util.Optional;

/**
 * The key of an entry in the index of names: {@code names/<name>} for generation 0, and {@code
 * names/<name>~<Long.MAX_VALUE - generation>} for later ones, so that a LIST begins with the
 * newest. An even generation says which volume the name means, an odd one that the name is free.
 */
public record NameKey(String name, long generation) {
  private static final String MARK = "~";
  private static final int DIGITS = 16;

  /**
   * @throws io.s3shard.error.InvalidRequest if it can be no name of a file
   */
  public NameKey {
    Layout.name(name);
    if (generation < 0) {
      throw new IllegalArgumentException("generation " + generation);
    }
  }

  /** What the keys of all generations but the first begin with. */
  public static String later(String name) {
    return Layout.name(name).value() + MARK;
  }

  public ObjectKey key() {
    return generation == 0
        ? Layout.name(name)
        : new ObjectKey(later(name) + Layout.hex(Long.MAX_VALUE - generation));
  }

  public boolean isFree() {
    return (generation & 1) == 1;
  }

  /** Empty if it is no such key. */
  public static Optional<NameKey> of(ObjectKey key) {
    int mark = key.value().lastIndexOf(MARK);
    if (mark < 0) {
      return Layout.nameOf(key).map(name -> new NameKey(name, 0));
    }
    String digits = key.value().substring(mark + 1);
    if (digits.length() != DIGITS) {
      return Optional.empty();
    }
    try {
      long generation = Long.MAX_VALUE - Long.parseUnsignedLong(digits, 16);
      // a number has other spellings, such as capitals; only one is a key of ours
      return Layout.nameOf(new ObjectKey(key.value().substring(0, mark)))
          .filter(_ -> generation > 0)
          .map(name -> new NameKey(name, generation))
          .filter(entry -> entry.key().equals(key));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
