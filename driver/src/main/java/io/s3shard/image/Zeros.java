package io.s3shard.image;

import java.nio.ByteBuffer;

/** Finding and making zeros, in large steps. */
public final class Zeros {
  private static final ByteBuffer SOME = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private Zeros() {}

  /** Puts {@code length} zeros at {@code at}; the position does not move. */
  static void fill(ByteBuffer into, int at, int length) {
    for (int done = 0; done < length; done += SOME.capacity()) {
      into.put(at + done, SOME, 0, Math.min(SOME.capacity(), length - done));
    }
  }

  /** Zeros to be written from where they lie: {@code most}, or as many as there are at once. */
  static ByteBuffer bytes(int most) {
    return SOME.slice(0, Math.min(SOME.capacity(), most));
  }

  /** Whether all that remains is zeros. Ends at the first byte that is not. */
  public static boolean is(ByteBuffer data) {
    for (int at = data.position(); at < data.limit(); at += SOME.capacity()) {
      int length = Math.min(SOME.capacity(), data.limit() - at);
      if (data.slice(at, length).mismatch(SOME.slice(0, length)) >= 0) {
        return false;
      }
    }
    return true;
  }
}
