package io.s3shard.map;

import java.util.Arrays;

/**
 * Numbers of blocks in a chunk, rising; not empty. Two bytes each. One that is the same as before
 * is a hole: a block of the object that is not the chunk's any more. So a group that was
 * overwritten in the middle stays one group (RFC 0002). Immutable.
 */
public final class BlockNumbers {
  private final char[] numbers;

  private BlockNumbers(char[] numbers) {
    this.numbers = numbers;
  }

  /** Copies {@code numbers}. */
  public static BlockNumbers of(char... numbers) {
    if (numbers.length == 0) {
      throw new IllegalArgumentException("no block numbers");
    }
    for (int i = 1; i < numbers.length; i++) {
      if (numbers[i - 1] > numbers[i]) {
        throw new IllegalArgumentException("block numbers fall at " + (int) numbers[i]);
      }
    }
    return new BlockNumbers(numbers.clone());
  }

  /** How many blocks of the object it stands for, holes included. */
  public int size() {
    return numbers.length;
  }

  /** Whether there is no block of the chunk at {@code index}. */
  public boolean isHole(int index) {
    return index > 0 && numbers[index] == numbers[index - 1];
  }

  /** How many blocks of the chunk there are. */
  int count() {
    int count = 0;
    for (int i = 0; i < numbers.length; i++) {
      count += isHole(i) ? 0 : 1;
    }
    return count;
  }

  public char get(int index) {
    return numbers[index];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockNumbers that && Arrays.equals(numbers, that.numbers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (char number : numbers) {
      text.append(text.isEmpty() ? "" : ",").append((int) number);
    }
    return text.toString();
  }
}
