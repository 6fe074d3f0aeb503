package io.s3shard.format;

import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Objects for tests of the container: contents that differ in each block, and bytes spoiled on
 * purpose.
 */
final class Objects {
  static final VolumeId VOLUME = new VolumeId("000102030405060708090a0b0c0d0e0f");
  static final ObjectKey KEY = Layout.data(VOLUME, 2, 5, 1);

  private Objects() {}

  /**
   * {@code count} blocks; each begins with its number, and no byte of it is another block's by
   * accident.
   */
  static ByteBuffer blocks(int count) {
    ByteBuffer blocks = ByteBuffer.allocate(count * Blocks.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    for (int block = 0; block < count; block++) {
      for (int at = 0; at < Blocks.SIZE; at += 8) {
        blocks.putLong((block + 1) * 0x9e3779b97f4a7c15L + at);
      }
    }
    return blocks.flip();
  }

  static byte[] metadata(int length) {
    byte[] metadata = new byte[length];
    for (int i = 0; i < length; i++) {
      metadata[i] = (byte) (i * 7 + 1);
    }
    return metadata;
  }

  static byte[] encoded(int blocks, int metadataBytes) {
    List<ByteBuffer> payload = blocks == 0 ? List.of() : List.of(blocks(blocks));
    return bytes(
        ObjectFormat.encode(ObjectFormat.Kind.DATA, KEY, payload, metadata(metadataBytes)));
  }

  static byte[] bytes(Body body) {
    byte[] bytes = new byte[Math.toIntExact(body.length())];
    body.toBuffer().get(bytes);
    return bytes;
  }

  /** The same object after {@code change}, with a footer whose own checksum is right again. */
  static byte[] withFooter(byte[] object, FooterChange change) {
    ByteBuffer changed = ByteBuffer.wrap(object.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int footer = object.length - ObjectFormat.FOOTER_BYTES;
    change.apply(changed, footer);
    CRC32C sum = new CRC32C();
    sum.update(changed.slice(footer, ObjectFormat.FOOTER_BYTES - 4));
    changed.putInt(object.length - 4, (int) sum.getValue());
    return changed.array();
  }

  @FunctionalInterface
  interface FooterChange {
    void apply(ByteBuffer object, int footer);
  }

  /** {@code payload} cut into buffers of one to three blocks, as dirty data lies in an arena. */
  static List<ByteBuffer> scattered(ByteBuffer payload) {
    List<ByteBuffer> parts = new ArrayList<>();
    int block = 0;
    for (int take = 1; block * Blocks.SIZE < payload.remaining(); take = take % 3 + 1) {
      int bytes = Math.min(take * Blocks.SIZE, payload.remaining() - block * Blocks.SIZE);
      parts.add(payload.slice(block * Blocks.SIZE, bytes));
      block += take;
    }
    return parts;
  }
}
