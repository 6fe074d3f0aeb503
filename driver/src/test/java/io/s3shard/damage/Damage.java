package io.s3shard.damage;

import io.s3shard.store.ObjectKey;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What can happen to an object. {@code other}: a sound one of the same kind. */
enum Damage {
  DELETED((key, _, bucket) -> bucket.remove(key)),
  SWAPPED(Damage::swap),
  EMPTY(itself(_ -> new byte[0])),
  HALF(itself(object -> Arrays.copyOf(object, object.length / 2))),
  LAST_BYTE_MISSING(itself(object -> Arrays.copyOf(object, object.length - 1))),
  FIRST_BIT_FLIPPED(itself(object -> flipped(object, 0))),
  A_BIT_IN_THE_MIDDLE_FLIPPED(itself(object -> flipped(object, object.length / 2))),
  LAST_BIT_FLIPPED(itself(object -> flipped(object, object.length - 1))),
  A_BIT_OF_EACH_SECTOR_FLIPPED(itself(Damage::eachSectorFlipped)),
  ZEROS(itself(object -> new byte[object.length]));

  private interface Change {
    void to(ObjectKey key, ObjectKey other, Map<ObjectKey, byte[]> bucket);
  }

  private final Change change;

  Damage(Change change) {
    this.change = change;
  }

  private static Change itself(UnaryOperator<byte[]> damaged) {
    return (key, _, bucket) -> bucket.compute(key, (_, object) -> damaged.apply(object));
  }

  void to(ObjectKey key, ObjectKey other, Map<ObjectKey, byte[]> bucket) {
    change.to(key, other, bucket);
  }

  /** Whether whoever reads any part of the object meets it. */
  boolean isEverywhere() {
    return switch (this) {
      case DELETED, EMPTY, SWAPPED, A_BIT_OF_EACH_SECTOR_FLIPPED, ZEROS -> true;
      case HALF,
          LAST_BYTE_MISSING,
          FIRST_BIT_FLIPPED,
          A_BIT_IN_THE_MIDDLE_FLIPPED,
          LAST_BIT_FLIPPED ->
          false;
    };
  }

  private static void swap(ObjectKey key, ObjectKey other, Map<ObjectKey, byte[]> bucket) {
    byte[] mine = bucket.get(key);
    bucket.put(key, bucket.get(other));
    bucket.put(other, mine);
  }

  private static byte[] eachSectorFlipped(byte[] object) {
    byte[] flipped = object;
    for (int at = 100; at < object.length; at += 512) {
      flipped = flipped(flipped, at);
    }
    return object.length <= 100 ? flipped(object, object.length / 2) : flipped;
  }

  private static byte[] flipped(byte[] object, int at) {
    byte[] flipped = object.clone();
    flipped[at] ^= 1;
    return flipped;
  }
}
