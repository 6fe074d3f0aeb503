package io.s3shard.store;

/** What S3 takes in one request: at most 1,000 keys listed, at most 1,000 deleted. */
final class PageLimits {
  static final int MOST_KEYS = 1_000;

  private PageLimits() {}

  static void checkList(int limit) {
    if (limit < 1 || limit > MOST_KEYS) {
      throw new IllegalArgumentException("a listing of " + limit + " keys: 1 to " + MOST_KEYS);
    }
  }

  static void checkDelete(int keys) {
    if (keys > MOST_KEYS) {
      throw new IllegalArgumentException("a delete of " + keys + " keys: at most " + MOST_KEYS);
    }
  }
}
