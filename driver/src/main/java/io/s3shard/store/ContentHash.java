package io.s3shard.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * An ETag of the bytes alone: their CRC32C beside 64 mixed bits, for a bucket in memory. S3 takes
 * MD5; this costs a tenth of it and is as good against accidents, which is all that an ETag is for.
 */
final class ContentHash {
  /**
   * The odd 64-bit fraction of the golden ratio: it spreads each bit over the upper half of the
   * product.
   */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private ContentHash() {}

  /** With the quotes that belong to an ETag. */
  static String etag(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    HexFormat hex = HexFormat.of();
    return "\"" + hex.toHexDigits((int) crc.getValue()) + hex.toHexDigits(mixed(bytes)) + "\"";
  }

  private static long mixed(ByteBuffer bytes) {
    ByteBuffer rest = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long hash = rest.remaining();
    while (rest.remaining() >= Long.BYTES) {
      hash = step(hash, rest.getLong());
    }
    while (rest.hasRemaining()) {
      hash = step(hash, rest.get());
    }
    return hash;
  }

  private static long step(long hash, long word) {
    long product = (hash ^ word) * SPREAD;
    return product ^ product >>> 32;
  }
}
