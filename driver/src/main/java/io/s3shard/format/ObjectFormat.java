package io.s3shard.format;

import io.s3shard.error.Damaged;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The one container that every object of ours is (docs/format.md): a payload of whole blocks in
 * frames, then metadata, then a footer.
 *
 * <pre>
 *   frame     32 bytes: the CRC32C of each of its up to eight blocks, little-endian, 0 for a block that is not there;
 *             then the blocks
 *   metadata  protobuf
 *   footer    40 bytes, little-endian: magic "S3SHARD1", u8 version, u8 kind, u16 0, u32 blocks of payload,
 *             u64 length of the metadata, u64 hash of the object's key, u32 CRC32C of the metadata,
 *             u32 CRC32C of the 36 bytes before
 * </pre>
 *
 * A block's checksum is seeded with a hash of the object's key and the block's number, so a block
 * of another object or another place can't pass. The checksums come before their blocks so that a
 * read can be verified whatever the object's length.
 */
public final class ObjectFormat {
  public static final int VERSION = 1;
  public static final int FOOTER_BYTES = 40;

  /** The checksums that lead a frame. */
  public static final int FRAME_HEADER_BYTES = Integer.BYTES * Blocks.PER_FRAME;

  /** A whole frame. */
  public static final int FRAME_BYTES = FRAME_HEADER_BYTES + Blocks.PER_FRAME * Blocks.SIZE;

  private static final long MAGIC = 0x3144524148533353L; // "S3SHARD1", little-endian

  /**
   * What an object is: a reader that expects another kind refuses it. The code is part of the
   * format.
   */
  public enum Kind {
    PREFIX_FORMAT(1),
    NAME(2),
    LOG_RECORD(3),
    DATA(4),
    ROOT(5),
    PAGE(6),
    PIN_TABLE(7),
    EXTENTS(8),
    HINT(9);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  /** A decoded object: its payload's length in blocks, and its metadata. */
  public record Decoded(Kind kind, int blocks, ByteBuffer metadata) {}

  private ObjectFormat() {}

  /**
   * Encodes an object. {@code payload}: buffers whose lengths are multiples of a block and whose
   * bytes do not change until the body was sent.
   */
  public static Body encode(Kind kind, ObjectKey key, List<ByteBuffer> payload, byte[] metadata) {
    FrameCheck check = new FrameCheck(key);
    List<ByteBuffer> parts = new ArrayList<>();
    List<ByteBuffer> frame = new ArrayList<>();
    ByteBuffer sums = frameHeader();
    int block = 0;
    for (ByteBuffer buffer : payload) {
      ByteBuffer rest = buffer.duplicate();
      if (rest.remaining() % Blocks.SIZE != 0) {
        throw new IllegalArgumentException(
            "payload of " + rest.remaining() + " bytes is not whole blocks");
      }
      while (rest.hasRemaining()) {
        int room = Blocks.PER_FRAME - block % Blocks.PER_FRAME;
        int take = Math.min(room, rest.remaining() / Blocks.SIZE);
        ByteBuffer run = rest.slice(rest.position(), take * Blocks.SIZE);
        rest.position(rest.position() + take * Blocks.SIZE);
        for (int i = 0; i < take; i++, block++) {
          sums.putInt(check.sum(block, run.slice(i * Blocks.SIZE, Blocks.SIZE)));
        }
        frame.add(run);
        if (block % Blocks.PER_FRAME == 0) {
          parts.add(sums.clear());
          parts.addAll(frame);
          frame.clear();
          sums = frameHeader();
        }
      }
    }
    if (!frame.isEmpty()) {
      parts.add(sums.clear());
      parts.addAll(frame);
    }
    parts.add(ByteBuffer.wrap(metadata));
    parts.add(footer(kind, keyHash(key), block, metadata));
    return Body.of(parts);
  }

  /** Decodes and verifies a whole object. @throws Damaged naming the key */
  public static Decoded decode(Kind expected, ObjectKey key, ByteBuffer whole) {
    Decoded decoded = decodeAny(key, whole);
    if (decoded.kind() != expected) {
      throw damaged(key, "it is a " + decoded.kind() + ", expected a " + expected);
    }
    return decoded;
  }

  /** The same for an object of whatever kind. */
  public static Decoded decodeAny(ObjectKey key, ByteBuffer object) {
    ByteBuffer whole = object.slice().order(ByteOrder.LITTLE_ENDIAN);
    int length = whole.remaining();
    if (length < FOOTER_BYTES) {
      throw damaged(key, "it is truncated to " + length + " bytes");
    }
    int at = length - FOOTER_BYTES;
    if (whole.getLong(at) != MAGIC) {
      throw damaged(key, "it has no s3shard footer: truncated, or not ours");
    }
    if (crc(whole.slice(at, FOOTER_BYTES - 4)) != whole.getInt(at + 36)) {
      throw damaged(key, "its footer is corrupt");
    }
    int version = whole.get(at + 8) & 0xff;
    if (version != VERSION) {
      throw damaged(
          key,
          "it has format version "
              + version
              + ", this s3shard reads "
              + VERSION
              + ": upgrade s3shard");
    }
    if (whole.getShort(at + 10) != 0) {
      throw damaged(key, "its footer sets a reserved field: upgrade s3shard");
    }
    long keyHash = keyHash(key);
    if (whole.getLong(at + 24) != keyHash) {
      throw damaged(key, "it was written under another key");
    }
    int blocks = whole.getInt(at + 12);
    long metadataLength = whole.getLong(at + 16);
    if (blocks < 0
        || metadataLength < 0
        || physicalBytes(blocks) + metadataLength + FOOTER_BYTES != length) {
      throw damaged(key, "its length is " + length + ", its footer says otherwise");
    }
    ByteBuffer metadata = whole.slice(Math.toIntExact(physicalBytes(blocks)), (int) metadataLength);
    if (crc(metadata.duplicate()) != whole.getInt(at + 32)) {
      throw damaged(key, "its metadata is corrupt");
    }
    Kind kind = null;
    for (Kind k : Kind.values()) {
      if (k.code == whole.get(at + 9)) {
        kind = k;
      }
    }
    if (kind == null) {
      throw damaged(key, "it is of unknown kind " + whole.get(at + 9));
    }
    if (blocks > 0) {
      payload(key, 0, blocks, whole.slice(0, Math.toIntExact(physicalBytes(blocks))));
      verifyLastFrame(key, blocks, whole);
    }
    return new Decoded(kind, blocks, metadata.asReadOnlyBuffer());
  }

  /**
   * The bytes of an object to get, from a frame's start, for blocks {@code first} to {@code first +
   * count - 1}.
   */
  public static ByteRange physical(long first, int count) {
    long frame = first / Blocks.PER_FRAME;
    long from = frame * FRAME_BYTES;
    return new ByteRange(from, physicalBytes(first + count) - from);
  }

  /** How many bytes a payload of {@code blocks} blocks takes in an object. */
  public static long physicalBytes(long blocks) {
    long frames = (blocks + Blocks.PER_FRAME - 1) / Blocks.PER_FRAME;
    return frames * FRAME_HEADER_BYTES + blocks * Blocks.SIZE;
  }

  /**
   * Verifies blocks {@code first} to {@code first + count - 1}, which {@code fetched} holds as
   * {@link #physical} asked for them, and hands them out, one read-only buffer each.
   *
   * @throws Damaged naming key and block
   */
  public static List<ByteBuffer> payload(ObjectKey key, long first, int count, ByteBuffer fetched) {
    ByteBuffer bytes = fetched.slice().order(ByteOrder.LITTLE_ENDIAN);
    ByteRange range = physical(first, count);
    if (bytes.remaining() < range.length()) {
      throw damaged(
          key,
          "it is truncated: "
              + bytes.remaining()
              + " bytes of "
              + range.length()
              + " at "
              + range.offset());
    }
    FrameCheck check = new FrameCheck(key);
    long firstFrame = first / Blocks.PER_FRAME;
    List<ByteBuffer> blocks = new ArrayList<>(count);
    for (long block = first; block < first + count; block++) {
      int frame = (int) (block / Blocks.PER_FRAME - firstFrame) * FRAME_BYTES;
      int inFrame = (int) (block % Blocks.PER_FRAME);
      int content = frame + FRAME_HEADER_BYTES + inFrame * Blocks.SIZE;
      if (!check.holds(block, bytes.getInt(frame + Integer.BYTES * inFrame), bytes, content)) {
        throw damaged(key, "block " + block + " does not match its checksum");
      }
      blocks.add(bytes.slice(content, Blocks.SIZE).asReadOnlyBuffer());
    }
    return blocks;
  }

  /** The last frame may have room for the checksums of blocks that it does not have. */
  private static void verifyLastFrame(ObjectKey key, int blocks, ByteBuffer whole) {
    int last = (blocks - 1) / Blocks.PER_FRAME;
    for (int absent = blocks - last * Blocks.PER_FRAME; absent < Blocks.PER_FRAME; absent++) {
      if (whole.getInt(last * FRAME_BYTES + 4 * absent) != 0) {
        throw damaged(key, "its last frame has a checksum of a block that is not there");
      }
    }
  }

  private static ByteBuffer footer(Kind kind, long keyHash, int blocks, byte[] metadata) {
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    footer
        .putLong(MAGIC)
        .put((byte) VERSION)
        .put((byte) kind.code)
        .putShort((short) 0)
        .putInt(blocks);
    footer.putLong(metadata.length).putLong(keyHash).putInt(crc(ByteBuffer.wrap(metadata)));
    footer.putInt(crc(footer.slice(0, FOOTER_BYTES - 4)));
    return footer.flip();
  }

  private static ByteBuffer frameHeader() {
    return ByteBuffer.allocate(FRAME_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  /**
   * FNV-1a of the key, 64 bits: enough to tell an object from its neighbours; nothing here defends
   * against malice.
   */
  static long keyHash(ObjectKey key) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : key.value().getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b & 0xff) * 0x100000001b3L;
    }
    return hash;
  }

  static Damaged damaged(ObjectKey key, String why) {
    return new Damaged("object " + key + " is damaged: " + why);
  }
}
