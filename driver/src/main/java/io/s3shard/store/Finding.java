package io.s3shard.store;

/**
 * What was found out about a bucket.
 *
 * @param about what was looked at, a few words
 * @param message one line: what was found, and if it is not well, the remedy
 */
public record Finding(String about, Verdict verdict, String message) {
  /** What it means for volumes in the bucket, the worst last. */
  public enum Verdict {
    OK,
    /** It could not be found out. */
    UNKNOWN,
    /** It works, and has a price or a risk. */
    WARNING,
    /** Volumes would not be safe. */
    FAILURE
  }

  public static Finding ok(String about, String message) {
    return new Finding(about, Verdict.OK, message);
  }

  public static Finding unknown(String about, String message) {
    return new Finding(about, Verdict.UNKNOWN, message);
  }

  public static Finding warning(String about, String message) {
    return new Finding(about, Verdict.WARNING, message);
  }

  public static Finding failure(String about, String message) {
    return new Finding(about, Verdict.FAILURE, message);
  }
}
