package io.s3shard.map;

import java.util.Arrays;

/** Numbers of blocks in a chunk, rising; not empty. Two bytes each. Immutable. */
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
      if (numbers[i - 1] >= numbers[i]) {
        throw new IllegalArgumentException("block numbers do not rise at " + (int) numbers[i]);
      }
    }
    return new BlockNumbers(numbers.clone());
  }

  public int size() {
    return numbers.length;
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
