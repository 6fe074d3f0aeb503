package io.s3shard.image;

/**
 * A place in an image that is read on from. Requests of one reader come in any order: the kernel
 * sends several at once, and threads overtake each other.
 *
 * <pre>
 *   candidate   some requests went on where another ended; nothing is fetched
 *   running     enough of them: {@code window} bytes before the reader are kept fetched
 * </pre>
 *
 * Its owner's lock guards it.
 */
final class ReadStream {
  /** So much must have been read on, and by so many requests, before anything is fetched ahead. */
  private static final long PROOF_BYTES = 128 << 10;

  private static final int PROOF_REQUESTS = 3;

  /** What a stream begins with: lost on a reader who stops at once. */
  private static final long FIRST_WINDOW_BYTES = 512 << 10;

  /** How far requests of a running stream may be out of order: eight of the longest. */
  private static final long RUNNING_SLACK_BYTES = 1 << 20;

  /** The same for a candidate, in requests: random reads must not pass for a stream. */
  private static final int CANDIDATE_SLACK = 4;

  private final long proofBytes;
  private final long firstWindowBytes;
  private long next;
  private long readBytes;
  private int requests;
  private long window;
  private long fetchedTo;

  /**
   * @param mostBytes what all streams together may have; a small one makes the steps smaller
   */
  ReadStream(long offset, int length, long mostBytes) {
    proofBytes = Math.min(PROOF_BYTES, mostBytes / 8);
    firstWindowBytes = Math.min(FIRST_WINDOW_BYTES, mostBytes / 4);
    next = offset + length;
    readBytes = length;
    requests = 1;
  }

  /** Whether a request there belongs to it. One that lags behind finds what was fetched for it. */
  boolean goesOn(long offset, int length) {
    long slack = isRunning() ? RUNNING_SLACK_BYTES : (long) CANDIDATE_SLACK * length;
    return offset <= next + slack && offset >= next - Math.max(slack, window);
  }

  void read(long offset, int length) {
    next = Math.max(next, offset + length);
    readBytes += length;
    requests++;
    if (!isRunning() && readBytes >= proofBytes && requests >= PROOF_REQUESTS) {
      window = firstWindowBytes;
    }
    fetchedTo = Math.max(fetchedTo, next);
  }

  boolean isRunning() {
    return window > 0;
  }

  /** Where what is to be fetched next begins. */
  long fetchedTo() {
    return fetchedTo;
  }

  void fetchedTo(long end) {
    fetchedTo = end;
  }

  /**
   * Where it ends: not yet worth a request if that is {@link #fetchedTo}. From a chunk on it is
   * whole chunks.
   */
  long target(long chunkBytes, long mostBytes) {
    long reach = Math.min(window, mostBytes);
    long target = next + reach;
    if (target - fetchedTo < Math.min(reach / 2, chunkBytes)) {
      return fetchedTo;
    }
    return Math.max(fetchedTo, reach < chunkBytes ? target : target - target % chunkBytes);
  }

  /** It was worth it: further next time. */
  void widen(long mostBytes) {
    window = Math.max(window, Math.min(2 * window, mostBytes));
  }
}
