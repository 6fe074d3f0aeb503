package io.s3shard.map;

import java.util.Arrays;

/** A growing column of block numbers. */
final class CharColumn {
  private char[] values = new char[64];
  private int size;

  void add(char value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  /** Adds the last value so many times. */
  void repeat(long times) {
    char last = values[size - 1];
    for (long i = 0; i < times; i++) {
      add(last);
    }
  }

  char get(int index) {
    return values[index];
  }

  int size() {
    return size;
  }

  char[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
