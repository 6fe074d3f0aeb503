package io.s3shard.map;

import java.util.List;
import java.util.function.ToLongFunction;

/** A fixed column of numbers that lie near one another as a rule: then 4 bytes each, else 8. */
final class LongColumn {
  private final long least;
  private final int[] above;
  private final long[] wide;

  private LongColumn(long least, int[] above, long[] wide) {
    this.least = least;
    this.above = above;
    this.wide = wide;
  }

  static <T> LongColumn of(List<T> rows, ToLongFunction<T> field) {
    long[] values = rows.stream().mapToLong(field).toArray();
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    for (long value : values) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (least < 0 || most - least > Integer.MAX_VALUE) {
      return new LongColumn(0, new int[0], values);
    }
    int[] above = new int[values.length];
    for (int i = 0; i < above.length; i++) {
      above[i] = (int) (values[i] - least);
    }
    return new LongColumn(least, above, new long[0]);
  }

  long get(int index) {
    return wide.length > 0 ? wide[index] : least + above[index];
  }

  long memoryBytes() {
    return 64 + 4L * above.length + 8L * wide.length;
  }
}
