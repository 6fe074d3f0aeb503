package io.s3shard.log;

import static io.s3shard.log.Records.OTHER;
import static io.s3shard.log.Records.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.proto.v1.Extents;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ExtentsCodecTest {
  private static final ObjectRef INDEX = ObjectRef.map(VOLUME, 30, 39, 12);
  private static final ObjectRef RECORD = ObjectRef.log(VOLUME, 40, 3);
  private static final ObjectRef DRAFT = ObjectRef.log(VOLUME, 0, 3);

  @Test
  void theFormatIsTheOneOfTheGoldenBytes() throws Exception {
    ByteBuffer golden = GoldenRecords.bytes("extents");
    assertThat(ExtentsCodec.encodeObject(INDEX, GoldenRecords.extents(DRAFT)).toBuffer())
        .isEqualTo(golden);
    assertThat(ExtentsCodec.decodeObject(INDEX, RECORD, golden))
        .isEqualTo(GoldenRecords.extents(RECORD));
  }

  @Test
  void whatWasEncodedIsDecoded() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      List<Extent> extents = random(random);
      List<Extent> decoded = decode(ExtentsCodec.encodeObject(INDEX, extents).toBuffer());
      assertThat(decoded).as("seed %d, try %d", seed, i).isEqualTo(extents);
    }
  }

  private static List<Extent> random(Random random) {
    List<Extent> extents = new ArrayList<>();
    long end = 0;
    for (int runs = random.nextInt(40); runs > 0; runs--) {
      BlockRange range = new BlockRange(end + random.nextInt(3), 1 + random.nextInt(3));
      long upTo = random.nextInt(10) == 0 ? 1 + random.nextInt(30) : 0;
      extents.add(new Extent(range, source(random, range), upTo));
      end = range.end();
    }
    return extents;
  }

  private static Extent.Source source(Random random, BlockRange range) {
    int first = random.nextInt(5);
    int blocks = first + (int) range.count();
    return switch (random.nextInt(4)) {
      case 0 -> Extent.Source.ZEROS;
      case 1 ->
          new Extent.Source.InObject(
              ObjectRef.data(VOLUME, 3, 4, random.nextInt(3), blocks), first);
      case 2 ->
          new Extent.Source.InObject(ObjectRef.data(OTHER, 3, 4, random.nextInt(3), blocks), first);
      default ->
          new Extent.Source.InObject(ObjectRef.log(VOLUME, 5 + random.nextInt(3), blocks), first);
    };
  }

  @Test
  void zerosOfAWholeImageAreCutIntoRuns() {
    List<Extent> all = List.of(Extent.zeros(new BlockRange(3, ExtentsCodec.MAX_BLOCKS - 3)));
    List<Extent> runs = decode(ExtentsCodec.encodeObject(INDEX, all).toBuffer());
    long end = 3;
    for (Extent run : runs) {
      assertThat(run.source()).isEqualTo(Extent.Source.ZEROS);
      assertThat(run.range().first()).isEqualTo(end);
      end = run.range().end();
    }
    assertThat(end).isEqualTo(ExtentsCodec.MAX_BLOCKS);
  }

  @Test
  void unsortedAndOverlappingRunsAreNotEncoded() {
    List<Extent> overlapping =
        List.of(Extent.zeros(new BlockRange(0, 5)), Extent.zeros(new BlockRange(4, 1)));
    assertThatThrownBy(() -> ExtentsCodec.encodeObject(INDEX, overlapping))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatCanNotBeIsDamage() {
    assertDamaged(c -> c.addGap(1), "unequal length");
    assertDamaged(c -> c.addUpTo(1).addUpTo(2), "unequal length");
    assertDamaged(c -> c.addUpTo(-1), "replaces");
    assertDamaged(c -> c.setGap(0, -1), "a run of");
    assertDamaged(c -> c.setGap(0, ExtentsCodec.MAX_BLOCKS), "a run of");
    assertDamaged(c -> c.setGap(0, Long.MAX_VALUE), "a run of");
    assertDamaged(c -> c.setCount(0, 0), "a run of");
    assertDamaged(c -> c.setCount(0, -1), "a run of");
    assertDamaged(c -> c.setSource(0, 3), "object 3 of 1");
    assertDamaged(c -> c.setSource(0, -1), "object -1");
    assertDamaged(c -> c.setSource(0, 0).setFirstBlock(0, 1), "object 0");
    assertDamaged(c -> c.setFirstBlock(0, 8), "can't lie in");
    assertDamaged(c -> c.setFirstBlock(0, -1), "can't lie in");
    assertDamaged(c -> c.setSource(0, 1).setCount(0, 4), "can't lie in");
    assertDamaged(c -> c.getObjectsBuilder(0).setVolume(1), "volume 1 of 0");
    assertDamaged(c -> c.getObjectsBuilder(0).setVolume(-1), "volume -1");
    assertDamaged(c -> c.getObjectsBuilder(0).setBlocks(-1), "blocks of an object");
    assertDamaged(c -> c.getObjectsBuilder(0).setEpoch(-1), "epoch of an object");
    assertDamaged(c -> c.getObjectsBuilder(0).clearKind(), "KIND_UNSPECIFIED");
    assertDamaged(c -> c.getObjectsBuilder(0).setKindValue(77), "UNRECOGNIZED");
    assertDamaged(
        c -> c.getObjectsBuilder(0).setKind(io.s3shard.proto.v1.ObjectRef.Kind.KIND_MAP),
        "can't lie in");
    assertDamaged(c -> c.addVolumes("no id"), "no volume id");
  }

  private static void assertDamaged(Consumer<Extents.Builder> spoil, String why) {
    io.s3shard.proto.v1.ObjectRef object =
        io.s3shard.proto.v1.ObjectRef.newBuilder()
            .setKind(io.s3shard.proto.v1.ObjectRef.Kind.KIND_DATA)
            .setBlocks(8)
            .build();
    Extents.Builder columns =
        Extents.newBuilder().addGap(0).addCount(1).addSource(2).addFirstBlock(7).addObjects(object);
    assertThat(decode(encode(columns))).hasSize(1);
    spoil.accept(columns);
    assertThatThrownBy(() -> decode(encode(columns)))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(INDEX.key().value())
        .hasMessageContaining(why);
  }

  private static ByteBuffer encode(Extents.Builder columns) {
    byte[] metadata = columns.build().toByteArray();
    return ObjectFormat.encode(ObjectFormat.Kind.EXTENTS, INDEX.key(), List.of(), metadata)
        .toBuffer();
  }

  private static List<Extent> decode(ByteBuffer object) {
    return ExtentsCodec.decodeObject(INDEX, RECORD, object);
  }
}
