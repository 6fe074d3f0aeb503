package io.s3shard.testing;

/** One thing that goes wrong with a request. */
public enum Fault {
  /** It takes long. */
  DELAYED,
  /** 500; nothing was done. */
  UNAVAILABLE,
  /** 503 SlowDown; nothing was done. */
  THROTTLED,
  /** No answer for a minute; nothing was done. */
  HANGING,
  /** It was done, and the answer was lost. */
  ANSWER_LOST,
  /** A put is answered, and the network delivers it once more later. */
  REPEATED,
  /** A put has no answer, and lands later. */
  LATE,
  /** A get brings half of the object. */
  TRUNCATED,
  /** A get brings one wrong bit. */
  FLIPPED;

  /** What kind of request can have which faults. */
  public enum Kind {
    /** A get. */
    READ,
    /** A put or put-if-absent. */
    WRITE,
    /** A list or delete. */
    OTHER;

    boolean canHave(Fault fault) {
      return switch (fault) {
        case DELAYED, UNAVAILABLE, THROTTLED, HANGING, ANSWER_LOST -> true;
        case REPEATED, LATE -> this == WRITE;
        case TRUNCATED, FLIPPED -> this == READ;
      };
    }
  }
}
