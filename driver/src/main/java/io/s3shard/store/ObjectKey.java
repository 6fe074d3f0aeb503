package io.s3shard.store;

/** The name of an object, relative to the store's prefix; not empty, ASCII, no leading slash. */
public record ObjectKey(String value) implements Comparable<ObjectKey> {
  public ObjectKey {
    if (value.isEmpty() || value.startsWith("/")) {
      throw new IllegalArgumentException("object key \"" + value + "\"");
    }
  }

  @Override
  public int compareTo(ObjectKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
