package io.s3shard.image;

import io.s3shard.format.VolumeId;
import io.s3shard.testing.HeapArenas;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** An arena that nobody of ours has written, read as a successor reads it. For tests. */
public final class ArenaDecoding {
  private static final VolumeId VOLUME = new VolumeId("000102030405060708090a0b0c0d0e0f");
  private static final String WRITER = "00000000000000000000000000000001";
  private static final int SEGMENT_BYTES = 8 << 10;

  private ArenaDecoding() {}

  /** {@code bytes}: the header, then segments. */
  public static void raw(byte[] bytes) {
    ArenaMemory memory = new HeapArenas(SEGMENT_BYTES, 4).create(VOLUME);
    ByteBuffer input = ByteBuffer.wrap(bytes);
    int head = Math.min(input.remaining(), ArenaMemory.HEADER_BYTES);
    memory.header().put(0, input, 0, head);
    input.position(head);
    while (input.hasRemaining()) {
      int length = Math.min(input.remaining(), SEGMENT_BYTES);
      ByteBuffer segment = memory.segment(memory.allocate());
      segment.put(0, input, input.position(), length);
      input.position(input.position() + length);
      if (memory.segments().size() == 4) {
        break;
      }
    }
    Optional<ArenaHeader> header = ArenaHeader.read(memory.header(), VOLUME);
    header.ifPresent(found -> {
      found.state();
      found.writers();
    });
    replay(memory, header.orElseGet(() -> ArenaHeader.create(memory.header(), VOLUME, WRITER)));
  }

  /**
   * {@code bytes}: kind, length, sequence and offset of one record after the other, which is then
   * finished with a sound checksum.
   */
  public static void sound(byte[] bytes) {
    HeapArenas home = new HeapArenas(SEGMENT_BYTES, 4);
    ArenaMemory memory = home.create(VOLUME);
    ArenaHeader header = ArenaHeader.create(memory.header(), VOLUME, WRITER);
    ByteBuffer segment = memory.segment(memory.allocate());
    ByteBuffer input = ByteBuffer.wrap(bytes);
    int at = 0;
    while (input.remaining() >= 19 && at + Arena.RECORD_HEAD_BYTES + 256 + 4 <= SEGMENT_BYTES) {
      int kind = input.get() % 6;
      int content = input.getShort() & 0xff;
      segment.putInt(at, Arena.MAGIC);
      segment.putInt(at + 4, kind);
      segment.putInt(at + 8, content);
      segment.putLong(at + 16, input.getLong());
      segment.putLong(at + 24, input.getLong());
      segment.putInt(at + 12, Arena.sum(segment, at, content));
      at += Arena.RECORD_HEAD_BYTES + (content + 7 & ~7);
      segment.putInt(at, 0);
    }
    replay(memory, header);
  }

  /** Found records lie inside of what an image can be, and inside of their segment. */
  private static void replay(ArenaMemory memory, ArenaHeader header) {
    Arena arena = Arena.adopt(memory, new ArenaPool(16), header);
    List<Arena.Reservation> found = arena.replay(0);
    for (Arena.Reservation record : found) {
      boolean sane =
          record.sequence() > 0
              && record.offset() >= 0
              && record.length() >= 0
              && record.offset() <= VolumeImage.MAX_SIZE_BYTES - record.length();
      if (!sane) {
        throw new AssertionError(record);
      }
      if (record.kind() == Arena.Kind.WRITE) {
        arena.bytes(record.segment(), record.position(), (int) record.length());
      }
    }
  }
}
