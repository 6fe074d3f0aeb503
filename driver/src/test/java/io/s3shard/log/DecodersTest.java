package io.s3shard.log;

import static io.s3shard.log.Records.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What comes out of the decoders when what goes in is nearly right. */
class DecodersTest {
  private static final int TRIES = 30_000;

  @Test
  void spoiledMetadataIsRefusedAndNothingElse() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<byte[]> seeds = seeds();
    for (int i = 0; i < TRIES; i++) {
      byte[] spoiled = spoil(random, seeds);
      try {
        Decoders.all(spoiled);
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed " + seed + ", try " + i + ": " + Arrays.toString(spoiled), e);
      }
    }
  }

  @Test
  void everyTruncationAndEveryFlippedByteOfARecordIsDamage() throws Exception {
    ByteBuffer golden = GoldenRecords.bytes("record-open");
    RecordCodec codec = new RecordCodec(VOLUME);
    for (int i = 0; i < golden.limit(); i++) {
      ByteBuffer truncated = golden.slice(0, i);
      assertThatThrownBy(() -> codec.decode(Decoders.SLOT, truncated)).isInstanceOf(Damaged.class);
      byte[] flipped = new byte[golden.limit()];
      golden.get(0, flipped);
      flipped[i] ^= (byte) (1 << i % 8);
      assertThatThrownBy(() -> codec.decode(Decoders.SLOT, ByteBuffer.wrap(flipped)))
          .isInstanceOf(Damaged.class)
          .hasMessageContaining(Layout.log(VOLUME, Decoders.SLOT).value());
    }
  }

  /** The metadata of what we write. */
  static List<byte[]> seeds() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    for (GoldenRecords.Golden golden : GoldenRecords.all()) {
      seeds.add(metadata(Layout.log(VOLUME, golden.slot()), golden.encode()));
    }
    seeds.add(metadata(Decoders.INDEX.key(), GoldenRecords.bytes("extents")));
    seeds.add(metadata(Decoders.TABLE.key(), GoldenRecords.bytes("pin-table")));
    assertThat(seeds).hasSizeGreaterThan(15);
    return seeds;
  }

  private static byte[] metadata(io.s3shard.store.ObjectKey key, ByteBuffer object) {
    ByteBuffer metadata = ObjectFormat.decodeAny(key, object).metadata();
    byte[] bytes = new byte[metadata.remaining()];
    metadata.get(bytes);
    return bytes;
  }

  private static byte[] spoil(Random random, List<byte[]> seeds) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
        case 3 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
        default -> bytes = spliced(bytes, at, seeds.get(random.nextInt(seeds.size())), random);
      }
    }
    return bytes;
  }

  /** The start of one message and the end of another. */
  private static byte[] spliced(byte[] head, int at, byte[] tail, Random random) {
    int from = random.nextInt(tail.length);
    byte[] both = Arrays.copyOf(head, at + tail.length - from);
    System.arraycopy(tail, from, both, at, tail.length - from);
    return both;
  }
}
