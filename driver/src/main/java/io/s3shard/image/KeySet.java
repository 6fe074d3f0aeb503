package io.s3shard.image;

import io.s3shard.format.ObjectRef;

/**
 * Names of a volume's objects, eight bytes each: their fingerprints, so that a terabyte's quarter
 * of a million take four megabytes. Two objects may have the same one, once in many billions: then
 * one that is not here counts as here, which for a collector is the safe side.
 */
final class KeySet {
  private static final int FIRST_CAPACITY = 1 << 10;

  /** Free slots hold 0. */
  private long[] slots = new long[FIRST_CAPACITY];

  private int size;

  void add(ObjectRef object) {
    if (2 * (size + 1) > slots.length) {
      grow();
    }
    if (insert(slots, fingerprint(object))) {
      size++;
    }
  }

  boolean contains(ObjectRef object) {
    long wanted = fingerprint(object);
    int at = place(wanted, slots.length);
    while (slots[at] != 0) {
      if (slots[at] == wanted) {
        return true;
      }
      at = at + 1 & slots.length - 1;
    }
    return false;
  }

  int size() {
    return size;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (long fingerprint : slots) {
      if (fingerprint != 0) {
        insert(larger, fingerprint);
      }
    }
    slots = larger;
  }

  private static boolean insert(long[] into, long fingerprint) {
    int at = place(fingerprint, into.length);
    while (into[at] != 0) {
      if (into[at] == fingerprint) {
        return false;
      }
      at = at + 1 & into.length - 1;
    }
    into[at] = fingerprint;
    return true;
  }

  private static int place(long fingerprint, int capacity) {
    return (int) fingerprint & capacity - 1;
  }

  /** How many blocks it has is no part of an object's name. Never 0. */
  private static long fingerprint(ObjectRef object) {
    long hash = mix(object.epoch() + 31L * object.kind().ordinal());
    hash = mix(hash ^ object.tail());
    hash = mix(hash ^ object.counter());
    return hash == 0 ? 1 : hash;
  }

  /** The finalizer of splitmix64: each bit of the input changes half of the output's. */
  private static long mix(long z) {
    long x = z + 0x9e3779b97f4a7c15L;
    x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
    x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }
}
