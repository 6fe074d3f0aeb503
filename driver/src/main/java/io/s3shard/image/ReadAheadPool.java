package io.s3shard.image;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far all streams of the process together may read ahead: what is on its way and what waits in
 * the cache to be read is bounded, or one stream's frames would push out another's before anybody
 * has seen them. Thread-safe.
 */
public final class ReadAheadPool {
  /** A stream that nobody has read from for so long takes no share. */
  private static final long ACTIVE_NANOS = Duration.ofSeconds(2).toNanos();

  private final long bytes;
  private final Map<Object, Long> active = new LinkedHashMap<>(16, 0.75f, true);
  private long underWay;
  private long fetched;

  /**
   * @param bytes of all streams together; 0: nobody reads ahead
   */
  public ReadAheadPool(long bytes) {
    this.bytes = bytes;
  }

  /** How far {@code stream} may be ahead: its part beside the others that are read now. */
  synchronized long share(Object stream, long nowNanos) {
    active.put(stream, nowNanos);
    Iterator<Long> eldest = active.values().iterator();
    while (nowNanos - eldest.next() > ACTIVE_NANOS) {
      eldest.remove();
    }
    return bytes / active.size();
  }

  /** Whether {@code length} more bytes may be on their way; they are from now on. */
  synchronized boolean tryBegin(long length) {
    if (underWay + length > bytes) {
      return false;
    }
    underWay += length;
    return true;
  }

  synchronized void end(long length) {
    underWay -= length;
    fetched += length;
  }

  public long capacityBytes() {
    return bytes;
  }

  /** On their way now, in bytes. */
  public synchronized long underWayBytes() {
    return underWay;
  }

  /** Asked for ahead since the start, in bytes. */
  public synchronized long fetchedBytes() {
    return fetched;
  }
}
