package io.s3shard.testing;

import io.s3shard.image.ArenaMemory;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The bytes of an arena as RFC 0001 §5 lays them out, for who breaks its rules. */
final class RawArena {
  private static final int MAGIC = 0x52345333;
  private static final int HEAD_BYTES = 32;
  private static final int STATE_AT = 12;
  private static final int LIVE = 1;

  private RawArena() {}

  /** Is told where each record begins, finished or not. */
  interface Visitor {
    void record(ByteBuffer segment, int at);
  }

  static void records(ArenaMemory memory, Visitor visitor) {
    for (int number : memory.segments()) {
      ByteBuffer segment = memory.segment(number);
      int at = 0;
      while (at + HEAD_BYTES <= segment.capacity() && segment.getInt(at) == MAGIC) {
        visitor.record(segment, at);
        at += HEAD_BYTES + (segment.getInt(at + 8) + 7 & ~7);
      }
    }
  }

  static boolean isFinished(ByteBuffer segment, int at) {
    return segment.getInt(at + 12) != 0;
  }

  /** Gives a record the sum that it must have. */
  static void finish(ByteBuffer segment, int at) {
    CRC32C crc = new CRC32C();
    crc.update(segment.slice(at + 4, 8));
    crc.update(segment.slice(at + 16, 16 + segment.getInt(at + 8)));
    segment.putInt(at + 12, (int) crc.getValue() == 0 ? 1 : (int) crc.getValue());
  }

  static void makeYounger(ByteBuffer segment, int at, long by) {
    segment.putLong(at + 16, segment.getLong(at + 16) + by);
    finish(segment, at);
  }

  /** Takes the mark away. */
  static void revive(ArenaMemory memory) {
    if (memory.header().getLong(0) != 0) {
      memory.header().putInt(STATE_AT, LIVE);
    }
  }
}
