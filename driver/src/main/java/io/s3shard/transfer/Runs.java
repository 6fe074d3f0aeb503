package io.s3shard.transfer;

import io.s3shard.format.Blocks;
import io.s3shard.image.Zeros;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Tells data from zeros, by blocks. */
final class Runs {
  private Runs() {}

  /** Takes the runs of a buffer, in order; {@code at}: in the buffer. */
  interface Taker {
    void take(int at, ByteBuffer run, boolean zeros) throws IOException;
  }

  /** Of all that remains in {@code bytes}; its position does not move. */
  static void of(ByteBuffer bytes, Taker taker) throws IOException {
    int start = 0;
    while (start < bytes.remaining()) {
      boolean zeros = isZeros(bytes, start);
      int end = start + Blocks.SIZE;
      while (end < bytes.remaining() && isZeros(bytes, end) == zeros) {
        end += Blocks.SIZE;
      }
      end = Math.min(end, bytes.remaining());
      taker.take(start, bytes.slice(bytes.position() + start, end - start), zeros);
      start = end;
    }
  }

  private static boolean isZeros(ByteBuffer bytes, int at) {
    int length = Math.min(Blocks.SIZE, bytes.remaining() - at);
    return Zeros.is(bytes.slice(bytes.position() + at, length));
  }
}
