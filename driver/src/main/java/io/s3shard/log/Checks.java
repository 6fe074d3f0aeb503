package io.s3shard.log;

/** What the values of a record must be, whoever made them. */
final class Checks {
  private Checks() {}

  static void atLeast(long least, long value, String what) {
    if (value < least) {
      throw new IllegalArgumentException(what + " " + value + " is less than " + least);
    }
  }

  static void notEmpty(String value, String what) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the " + what + " is empty");
    }
  }
}
