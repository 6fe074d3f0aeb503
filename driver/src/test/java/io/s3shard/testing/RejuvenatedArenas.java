package io.s3shard.testing;

import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaHome;
import io.s3shard.image.ArenaMemory;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A rule broken on purpose: a successor replays its predecessor's arena from the start. All records
 * that are still there get sequences above S before it looks, in the order that they had.
 */
final class RejuvenatedArenas implements ArenaHome {
  private static final long BY = 1L << 32;
  private static final int MAGIC = 0x52345333;
  private static final int HEAD_BYTES = 32;

  private final ArenaHome arenas;

  RejuvenatedArenas(ArenaHome arenas) {
    this.arenas = arenas;
  }

  @Override
  public Optional<ArenaMemory> existing(VolumeId volume) {
    Optional<ArenaMemory> found = arenas.existing(volume);
    found.ifPresent(
        memory -> memory.segments().forEach(number -> rejuvenate(memory.segment(number))));
    return found;
  }

  private static void rejuvenate(ByteBuffer segment) {
    int at = 0;
    while (at + HEAD_BYTES <= segment.capacity() && segment.getInt(at) == MAGIC) {
      int content = segment.getInt(at + 8);
      if (segment.getInt(at + 12) != 0) {
        segment.putLong(at + 16, segment.getLong(at + 16) + BY);
        segment.putInt(at + 12, sum(segment, at, content));
      }
      at += HEAD_BYTES + (content + 7 & ~7);
    }
  }

  private static int sum(ByteBuffer segment, int at, int content) {
    CRC32C crc = new CRC32C();
    crc.update(segment.slice(at + 4, 8));
    crc.update(segment.slice(at + 16, 16 + content));
    return (int) crc.getValue() == 0 ? 1 : (int) crc.getValue();
  }

  @Override
  public ArenaMemory create(VolumeId volume) {
    return arenas.create(volume);
  }
}
