package io.s3shard.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ObjectKey;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The container of all objects: what was encoded comes back, and nothing else passes for it. */
class ObjectFormatTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 16, 23})
  void whatWasEncodedComesBack(int blocks) {
    ByteBuffer payload = Objects.blocks(blocks);
    byte[] metadata = Objects.metadata(100);
    byte[] object =
        Objects.bytes(
            ObjectFormat.encode(
                ObjectFormat.Kind.LOG_RECORD, Objects.KEY, Objects.scattered(payload), metadata));
    assertThat(object)
        .hasSize((int) ObjectFormat.physicalBytes(blocks) + 100 + ObjectFormat.FOOTER_BYTES);
    ObjectFormat.Decoded decoded =
        ObjectFormat.decode(ObjectFormat.Kind.LOG_RECORD, Objects.KEY, ByteBuffer.wrap(object));
    assertThat(decoded.blocks()).isEqualTo(blocks);
    assertThat(decoded.metadata()).isEqualTo(ByteBuffer.wrap(metadata));
    if (blocks > 0) {
      assertThat(joined(ObjectFormat.payload(Objects.KEY, 0, blocks, ByteBuffer.wrap(object))))
          .isEqualTo(payload);
    }
  }

  @ParameterizedTest
  @EnumSource(ObjectFormat.Kind.class)
  void eachKindComesBackAndIsNoOther(ObjectFormat.Kind kind) {
    ByteBuffer object =
        ObjectFormat.encode(kind, Objects.KEY, List.of(), Objects.metadata(3)).toBuffer();
    assertThat(ObjectFormat.decodeAny(Objects.KEY, object).kind()).isEqualTo(kind);
    for (ObjectFormat.Kind other : ObjectFormat.Kind.values()) {
      if (other != kind) {
        assertThatThrownBy(() -> ObjectFormat.decode(other, Objects.KEY, object))
            .isInstanceOf(Damaged.class)
            .hasMessageContaining("it is a " + kind + ", expected a " + other);
      }
    }
  }

  @Test
  void aBufferNeedNotBeginAtItsStart() {
    byte[] object = Objects.encoded(1, 5);
    byte[] within = new byte[object.length + 20];
    System.arraycopy(object, 0, within, 13, object.length);
    ObjectFormat.Decoded decoded =
        ObjectFormat.decodeAny(Objects.KEY, ByteBuffer.wrap(within, 13, object.length));
    assertThat(decoded.metadata()).isEqualTo(ByteBuffer.wrap(Objects.metadata(5)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 9})
  void eachBitThatFlipsIsSeen(int blocks) {
    byte[] object = Objects.encoded(blocks, 21);
    // every bit of the small parts; of the blocks' contents every 61st, which visits each place in
    // a byte
    int contents = (int) ObjectFormat.physicalBytes(blocks);
    for (int bit = 0;
        bit < 8 * object.length;
        bit += bit / 8 % ObjectFormat.FRAME_BYTES < 32 || bit / 8 >= contents ? 1 : 61) {
      byte[] spoiled = object.clone();
      spoiled[bit / 8] ^= (byte) (1 << bit % 8);
      assertDamaged("bit " + bit, spoiled);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9})
  void eachTruncationIsSeen(int blocks) {
    byte[] object = Objects.encoded(blocks, 21);
    int step = blocks == 0 ? 1 : 7;
    for (int length = 0;
        length < object.length;
        length += length > object.length - 100 ? 1 : step) {
      assertDamaged("length " + length, Arrays.copyOf(object, length));
    }
  }

  @Test
  void bytesAfterTheEndAreSeen() {
    byte[] object = Objects.encoded(1, 21);
    for (int more = 1; more <= 100; more++) {
      assertDamaged(more + " bytes more", Arrays.copyOf(object, object.length + more));
    }
  }

  @Test
  void anObjectUnderAnotherKeyIsSeen() {
    byte[] object = Objects.encoded(2, 4);
    for (ObjectKey other :
        List.of(
            Layout.data(Objects.VOLUME, 2, 5, 2),
            Layout.map(Objects.VOLUME, 2, 5, 1),
            Layout.data(new VolumeId("f".repeat(32)), 2, 5, 1))) {
      assertThatThrownBy(() -> ObjectFormat.decodeAny(other, ByteBuffer.wrap(object)))
          .isInstanceOf(Damaged.class)
          .hasMessageContaining(other.value())
          .hasMessageContaining("another key");
      assertThatThrownBy(() -> ObjectFormat.payload(other, 0, 1, ByteBuffer.wrap(object)))
          .isInstanceOf(Damaged.class)
          .hasMessageContaining(other.value());
    }
  }

  @Test
  void blocksThatChangedPlacesAreSeen() {
    byte[] object = Objects.encoded(2, 0);
    byte[] swapped = object.clone();
    int first = ObjectFormat.FRAME_HEADER_BYTES;
    System.arraycopy(object, first, swapped, first + Blocks.SIZE, Blocks.SIZE);
    System.arraycopy(object, first + Blocks.SIZE, swapped, first, Blocks.SIZE);
    System.arraycopy(object, 0, swapped, 4, 4);
    System.arraycopy(object, 4, swapped, 0, 4);
    assertThatThrownBy(() -> ObjectFormat.payload(Objects.KEY, 0, 2, ByteBuffer.wrap(swapped)))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("block 0");
  }

  @Test
  void aFooterThatSaysWhatCanNotBeIsDamage() {
    byte[] object = Objects.encoded(1, 21);
    assertFooter(
        object, (bytes, at) -> bytes.put(at + 8, (byte) 2), "format version 2", "upgrade s3shard");
    assertFooter(object, (bytes, at) -> bytes.put(at + 9, (byte) 77), "unknown kind 77");
    assertFooter(object, (bytes, at) -> bytes.putInt(at + 12, 2), "its length is");
    assertFooter(object, (bytes, at) -> bytes.putInt(at + 12, -1), "its length is");
    assertFooter(object, (bytes, at) -> bytes.putLong(at + 16, Long.MAX_VALUE), "its length is");
    assertFooter(object, (bytes, at) -> bytes.putLong(at + 16, -1), "its length is");
    assertFooter(object, (bytes, at) -> bytes.putInt(at + 32, 0), "its metadata is corrupt");
    assertFooter(object, (bytes, at) -> bytes.putShort(at + 10, (short) 1), "reserved");
  }

  /** A read fetches whole frames' beginnings only, and verifies what it uses. */
  @Test
  void anyRunOfBlocksIsReadByItsRange() {
    int count = 20;
    ByteBuffer payload = Objects.blocks(count);
    byte[] object = Objects.encoded(count, 11);
    for (int first = 0; first < count; first++) {
      for (int n = 1; first + n <= count; n++) {
        ByteRange range = ObjectFormat.physical(first, n);
        assertThat(range.offset() % ObjectFormat.FRAME_BYTES).isZero();
        ByteBuffer fetched = ByteBuffer.wrap(object, (int) range.offset(), (int) range.length());
        List<ByteBuffer> blocks = ObjectFormat.payload(Objects.KEY, first, n, fetched);
        assertThat(blocks).hasSize(n).allMatch(ByteBuffer::isReadOnly);
        assertThat(joined(blocks)).isEqualTo(payload.slice(first * Blocks.SIZE, n * Blocks.SIZE));
      }
    }
  }

  @Test
  void aRangeThatCameShortOrOfAnotherPlaceIsSeen() {
    byte[] object = Objects.encoded(20, 11);
    ByteRange range = ObjectFormat.physical(9, 5);
    ByteBuffer fetched = ByteBuffer.wrap(object, (int) range.offset(), (int) range.length());
    assertThatThrownBy(() ->
            ObjectFormat.payload(Objects.KEY, 9, 5, fetched.slice(0, fetched.remaining() - 1)))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("truncated");
    assertThatThrownBy(() -> ObjectFormat.payload(Objects.KEY, 1, 5, fetched))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("block 1 ");
  }

  @Test
  void aBlockThatWasNotAskedForNeedNotBeWhole() {
    byte[] object = Objects.encoded(3, 0);
    object[ObjectFormat.FRAME_HEADER_BYTES] ^= 1;
    assertThat(ObjectFormat.payload(Objects.KEY, 1, 2, ByteBuffer.wrap(object))).hasSize(2);
    assertThatThrownBy(() -> ObjectFormat.payload(Objects.KEY, 0, 2, ByteBuffer.wrap(object)))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("block 0 ");
  }

  @Test
  void aPayloadOfBrokenBlocksIsNotEncoded() {
    List<ByteBuffer> broken = List.of(ByteBuffer.allocate(Blocks.SIZE + 1));
    assertThatThrownBy(
            () -> ObjectFormat.encode(ObjectFormat.Kind.DATA, Objects.KEY, broken, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Buckets hold these bytes: they never change. */
  @Test
  void theFormatIsTheOneOfTheGoldenBytes() throws Exception {
    byte[] golden;
    try (InputStream in = ObjectFormatTest.class.getResourceAsStream("/format/object.bin")) {
      assertThat(in).isNotNull();
      golden = in.readAllBytes();
    }
    assertThat(Objects.encoded(1, 21)).isEqualTo(golden);
    assertThat(ObjectFormat.decodeAny(Objects.KEY, ByteBuffer.wrap(golden)).blocks()).isEqualTo(1);
    byte[] twoFrames = MessageDigest.getInstance("SHA-256").digest(Objects.encoded(9, 21));
    assertThat(HexFormat.of().formatHex(twoFrames))
        .isEqualTo("90e2dbc608c5ac9f9df01dc02d102682da16a99cf0b11c85265084bd25cc4161");
  }

  private static void assertFooter(byte[] object, Objects.FooterChange change, String... why) {
    byte[] spoiled = Objects.withFooter(object, change);
    assertThatThrownBy(() -> ObjectFormat.decodeAny(Objects.KEY, ByteBuffer.wrap(spoiled)))
        .isInstanceOf(Damaged.class)
        .hasMessageContainingAll(why)
        .hasMessageContaining(Objects.KEY.value());
  }

  private static void assertDamaged(String what, byte[] object) {
    assertThatThrownBy(() -> ObjectFormat.decodeAny(Objects.KEY, ByteBuffer.wrap(object)))
        .as(what)
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(Objects.KEY.value());
  }

  private static ByteBuffer joined(List<ByteBuffer> blocks) {
    ByteBuffer joined = ByteBuffer.allocate(blocks.size() * Blocks.SIZE);
    blocks.forEach(block -> joined.put(block.duplicate()));
    return joined.flip();
  }
}
