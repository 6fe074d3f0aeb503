package io.s3shard.cache;

import io.s3shard.format.Blocks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * How a cache file is laid out. It is nobody's but this program's: another version, another size,
 * or anything else that does not look as expected, and it is begun anew.
 *
 * <pre>
 *   header   4 KiB, little-endian: magic "S3SCACHE", u32 version, u32 slots, u32 CRC32C of the 16 bytes before; zeros
 *   table    16 bytes a slot: u64 tag of the frame (0: empty), u32 its blocks, u32 CRC32C of slot number, tag and blocks;
 *            up to a multiple of 4 KiB
 *   slots    32,800 bytes each: eight blocks, each followed by its checksum as it came from the bucket
 * </pre>
 *
 * A checksum stands beside its block, so that a block is read by one call. It is seeded with the
 * object's name and the block's number: a slot that was half written, or holds another frame than
 * the table says, can't pass.
 */
record CacheLayout(int slots) {
  static final int VERSION = 1;
  static final int ENTRY_BYTES = 16;

  /** A block and its checksum. */
  static final int CELL_BYTES = Blocks.SIZE + Integer.BYTES;

  static final int SLOT_BYTES = Blocks.PER_FRAME * CELL_BYTES;

  private static final int HEADER_BYTES = 4096;
  private static final int SEALED_BYTES = 16;
  private static final long MAGIC = 0x4548434143533353L; // "S3SCACHE", little-endian

  /** The most slots that fit into {@code bytes}; 0: not even one. */
  static CacheLayout within(long bytes) {
    long slots = (bytes - 2 * HEADER_BYTES) / (SLOT_BYTES + ENTRY_BYTES);
    return new CacheLayout((int) Math.clamp(slots, 0, 1 << 28));
  }

  long fileBytes() {
    return slotAt(slots);
  }

  long entryAt(int slot) {
    return HEADER_BYTES + (long) slot * ENTRY_BYTES;
  }

  long slotAt(int slot) {
    return Blocks.covering(entryAt(slots)) * Blocks.SIZE + (long) slot * SLOT_BYTES;
  }

  ByteBuffer header() {
    ByteBuffer header = buffer(HEADER_BYTES).putLong(MAGIC).putInt(VERSION).putInt(slots);
    return header.putInt(sum(header.slice(0, SEALED_BYTES))).clear();
  }

  /** Whether {@code header} is that of a file of this version and layout. */
  boolean isOf(ByteBuffer header) {
    return header.equals(header());
  }

  static int headerBytes() {
    return HEADER_BYTES;
  }

  static ByteBuffer entry(int slot, long tag, int blocks) {
    ByteBuffer entry = buffer(ENTRY_BYTES).putLong(tag).putInt(blocks);
    return entry.putInt(entrySum(slot, tag, blocks)).flip();
  }

  /** Whether a table has a whole entry for {@code slot} at {@code at}. */
  static boolean isEntry(int slot, ByteBuffer table, int at) {
    long tag = table.getLong(at);
    int blocks = table.getInt(at + 8);
    return tag != 0
        && blocks > 0
        && blocks <= Blocks.PER_FRAME
        && table.getInt(at + 12) == entrySum(slot, tag, blocks);
  }

  private static int entrySum(int slot, long tag, int blocks) {
    return sum(buffer(16).putInt(slot).putLong(tag).putInt(blocks).flip());
  }

  private static int sum(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
