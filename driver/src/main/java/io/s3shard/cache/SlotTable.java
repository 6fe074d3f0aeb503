package io.s3shard.cache;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Which frame lies in which slot of the cache file, as 64 bits of hash for each: about 17 bytes of
 * memory a slot, however long the names are. Two frames with one hash can't be told apart here; the
 * checksums in the slot, which are seeded with the object's name, can.
 *
 * <p>The slot that is filled next is found by a hand that goes round and passes over what was used
 * since it came by last: what is read once goes before what is read again. Not thread-safe.
 */
final class SlotTable {
  private static final int NONE = -1;

  private final long[] tags;
  private final byte[] blocks;
  private final BitSet used;
  // Open addressing: slot numbers by hash, NONE where there is nothing. Twice as many as slots.
  private final int[] places;
  private int hand;
  private int filled;

  SlotTable(int slots) {
    tags = new long[slots];
    blocks = new byte[slots];
    used = new BitSet(slots);
    places = new int[Integer.highestOneBit(Math.max(1, slots)) * 4];
    Arrays.fill(places, NONE);
  }

  /** A frame as a number that is not 0. */
  static long tag(Frame frame) {
    long hash = 0xcbf29ce484222325L;
    String volume = frame.object().volume().value();
    for (int i = 0; i < volume.length(); i++) {
      hash = (hash ^ volume.charAt(i)) * 0x100000001b3L;
    }
    hash = mixed(hash ^ frame.object().kind().ordinal());
    hash = mixed(hash ^ frame.object().epoch());
    hash = mixed(hash ^ frame.object().tail());
    hash = mixed(hash ^ frame.object().counter());
    hash = mixed(hash ^ frame.number());
    return hash == 0 ? 1 : hash;
  }

  /** The finish of SplitMix64: each bit of the input changes half of the output. */
  private static long mixed(long bits) {
    long z = bits + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** The slot that holds {@code tag}; -1: none. */
  int find(long tag) {
    for (int place = home(tag); places[place] != NONE; place = after(place)) {
      if (tags[places[place]] == tag) {
        return places[place];
      }
    }
    return NONE;
  }

  long tag(int slot) {
    return tags[slot];
  }

  /** How many blocks the slot holds. */
  int blocks(int slot) {
    return blocks[slot];
  }

  /** It was read: the hand passes over it once. */
  void touch(int slot) {
    used.set(slot);
  }

  /** The slot to fill next, empty from now on. */
  int next() {
    while (tags[hand] != 0 && used.get(hand)) {
      used.clear(hand);
      hand = (hand + 1) % tags.length;
    }
    int slot = hand;
    hand = (hand + 1) % tags.length;
    forget(slot);
    return slot;
  }

  /** {@code slot}, which is empty, holds a frame now. */
  void fill(int slot, long tag, int count) {
    tags[slot] = tag;
    blocks[slot] = (byte) count;
    used.clear(slot);
    filled++;
    int place = home(tag);
    while (places[place] != NONE) {
      place = after(place);
    }
    places[place] = slot;
  }

  /** The slot is empty. */
  void forget(int slot) {
    if (tags[slot] == 0) {
      return;
    }
    int gap = home(tags[slot]);
    while (places[gap] != slot) {
      gap = after(gap);
    }
    tags[slot] = 0;
    filled--;
    // What comes after the gap and was pushed there by it moves up, or it would not be found.
    for (int place = after(gap); places[place] != NONE; place = after(place)) {
      int distance = (place - home(tags[places[place]])) & (places.length - 1);
      if (distance >= ((place - gap) & (places.length - 1))) {
        places[gap] = places[place];
        gap = place;
      }
    }
    places[gap] = NONE;
  }

  int slots() {
    return tags.length;
  }

  int filled() {
    return filled;
  }

  private int home(long tag) {
    return (int) tag & (places.length - 1);
  }

  private int after(int place) {
    return (place + 1) & (places.length - 1);
  }
}
