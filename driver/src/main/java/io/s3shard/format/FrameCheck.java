package io.s3shard.format;

import io.s3shard.error.Damaged;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The checksums of one object's blocks. Not thread-safe. */
public final class FrameCheck {
  private final ObjectKey key;
  private final ByteBuffer seed = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();

  public FrameCheck(ObjectKey key) {
    this.key = key;
    seed.putLong(0, ObjectFormat.keyHash(key));
  }

  /** The checksum of the object's {@code block} if it holds what remains in {@code content}. */
  public int sum(long block, ByteBuffer content) {
    seed.putLong(8, block).clear();
    crc.reset();
    crc.update(seed);
    crc.update(content);
    return (int) crc.getValue();
  }

  /**
   * Whether {@code bytes} has at {@code at} what the object's {@code block} holds by {@code sum}.
   */
  public boolean holds(long block, int sum, ByteBuffer bytes, int at) {
    return sum(block, bytes.slice(at, Blocks.SIZE)) == sum;
  }

  /**
   * Verifies the first {@code blocks} blocks of a frame that lies as in its object, led by its
   * checksums, in {@code bytes} at {@code at}.
   *
   * @param bytes little-endian
   * @throws Damaged naming key and block
   */
  public void verify(long frame, int blocks, ByteBuffer bytes, int at) {
    for (int i = 0; i < blocks; i++) {
      long block = frame * Blocks.PER_FRAME + i;
      int content = at + ObjectFormat.FRAME_HEADER_BYTES + i * Blocks.SIZE;
      if (!holds(block, bytes.getInt(at + Integer.BYTES * i), bytes, content)) {
        throw ObjectFormat.damaged(key, "block " + block + " does not match its checksum");
      }
    }
  }
}
