package io.s3shard.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Zeros that have to be written. */
final class ZeroBytes {
  private static final int STEP = 1 << 20;

  private ZeroBytes() {}

  /** Takes some of them. */
  interface Taker {
    void take(ByteBuffer zeros, long at) throws IOException;
  }

  static void write(long length, Taker taker) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(STEP, length));
    for (long at = 0; at < length; at += STEP) {
      taker.take(zeros.clear().limit((int) Math.min(STEP, length - at)), at);
    }
  }
}
