package io.s3shard.image;

/**
 * How many arena segments the process may hold: one budget that all images share. Each image always
 * gets {@link #GUARANTEED_SEGMENTS}, so that none can be starved by the others; past that, first
 * come, first served. Thread-safe.
 */
public final class ArenaPool {
  /** With segments of 1 MiB: the 8 MiB of DESIGN §5, Memory. */
  public static final int GUARANTEED_SEGMENTS = 8;

  private final int capacity;
  private int held;
  private int shares;

  /**
   * @param capacity segments in all
   */
  public ArenaPool(int capacity) {
    this.capacity = capacity;
  }

  /** One image's account. */
  final class Share {
    private int mine;

    /** Whether one more segment may be allocated; it counts from now on. */
    boolean tryAcquire() {
      synchronized (ArenaPool.this) {
        if (mine >= GUARANTEED_SEGMENTS && held >= capacity) {
          return false;
        }
        take(1);
        return true;
      }
    }

    /** Counts segments that exist already: a dead process left them. */
    void adopt(int segments) {
      synchronized (ArenaPool.this) {
        take(segments);
      }
    }

    void release(int segments) {
      synchronized (ArenaPool.this) {
        take(-segments);
      }
    }

    /** How many segments this image may keep for later although they are free. */
    int fairShare() {
      synchronized (ArenaPool.this) {
        return Math.max(GUARANTEED_SEGMENTS, capacity / Math.max(1, shares));
      }
    }

    int held() {
      synchronized (ArenaPool.this) {
        return mine;
      }
    }

    void close() {
      synchronized (ArenaPool.this) {
        take(-mine);
        shares--;
      }
    }

    private void take(int segments) {
      mine += segments;
      held += segments;
    }
  }

  synchronized Share open() {
    shares++;
    return new Share();
  }

  /** Segments in use in the process. */
  public synchronized int held() {
    return held;
  }

  public int capacity() {
    return capacity;
  }
}
