package io.s3shard.log;

import static io.s3shard.log.Records.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.s3shard.error.Damaged;
import io.s3shard.error.StoreRefused;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.proto.v1.Commit;
import io.s3shard.proto.v1.ControlState;
import io.s3shard.proto.v1.Extents;
import io.s3shard.proto.v1.Retire;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {
  private static final Set<String> FEATURES = Set.of("test-feature");

  static Stream<GoldenRecords.Golden> golden() {
    return GoldenRecords.all().stream();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void whatWasEncodedIsDecoded(GoldenRecords.Golden golden) {
    LoggedRecord decoded = golden.decode(golden.encode());
    assertThat(decoded.slot()).isEqualTo(golden.slot());
    assertThat(decoded.record()).isEqualTo(golden.decoded());
    assertThat(decoded.informed()).isEqualTo(golden.informed());
  }

  @ParameterizedTest
  @MethodSource("golden")
  void theFormatIsTheOneOfTheGoldenBytes(GoldenRecords.Golden golden) throws Exception {
    ByteBuffer bytes = GoldenRecords.bytes("record-" + golden.name());
    LoggedRecord decoded = golden.decode(bytes.duplicate());
    assertThat(decoded.record()).isEqualTo(golden.decoded());
    assertThat(decoded.informed()).isEqualTo(golden.informed());
    assertThat(golden.encode()).isEqualTo(bytes);
  }

  @Test
  void aRecordIsBoundToItsSlotAndVolume() {
    GoldenRecords.Golden golden = GoldenRecords.all().getFirst();
    ByteBuffer bytes = golden.encode();
    assertThatThrownBy(
            () -> new RecordCodec(VOLUME, FEATURES).decode(golden.slot() + 1, bytes.duplicate()))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("another key");
    assertThatThrownBy(
            () -> new RecordCodec(Records.OTHER, FEATURES).decode(golden.slot(), bytes.duplicate()))
        .isInstanceOf(Damaged.class);
    assertDamaged(message -> message.setSlot(6), "written for slot 6");
    assertDamaged(message -> message.setVolumeId(Records.OTHER.value()), Records.OTHER.value());
    assertDamaged(message -> message.setNonce(ByteString.EMPTY), "nonce");
  }

  @Test
  void whatIsNewerThanThisVersionIsRefused() {
    UnknownFieldSet.Field empty =
        UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
    UnknownFieldSet kind28 = UnknownFieldSet.newBuilder().addField(28, empty).build();
    assertRefused(message -> message.clearKind().setUnknownFields(kind28));
    assertRefused(message -> message.setControl(control().addFeatures("from-the-future")));
    assertRefused(message ->
        message.setSet(io.s3shard.proto.v1.Set.newBuilder().addFeatures("from-the-future")));
  }

  @Test
  void whatCanNotBeIsDamage() {
    Extents oneRun =
        Extents.newBuilder().addGap(0).addCount(1).addSource(1).addFirstBlock(0).build();
    Commit commit = Commit.newBuilder().setEpoch(2).build();
    assertDamaged(message -> message.setCommit(commit), "blind COMMIT");
    assertDamaged(
        message -> message.setControl(control()).setCommit(commit.toBuilder().setEpoch(0)),
        "epoch 0");
    assertDamaged(
        message -> message.setControl(control()).setCommit(commit.toBuilder().setExtents(oneRun)),
        "can't lie in");
    assertDamaged(message -> message.setControl(control().setPinCount(3)), "3 pins");
    assertDamaged(message -> message.setControl(control().setSizeBytes(-1)), "size -1");
    assertDamaged(
        message -> message.setControl(control()).setCheckpoint(checkpoint(5)), "covers slot 5");
    assertDamaged(message -> message.setCheckpoint(checkpoint(2)), "blind RETIRE");
  }

  @Test
  void onlyACommitHasData() {
    io.s3shard.proto.v1.LogRecord message = message().build();
    List<ByteBuffer> block = List.of(ByteBuffer.allocate(4096));
    ByteBuffer bytes =
        ObjectFormat.encode(ObjectFormat.Kind.LOG_RECORD, key(), block, message.toByteArray())
            .toBuffer();
    assertThatThrownBy(() -> new RecordCodec(VOLUME).decode(5, bytes))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("RETIRE with data");
  }

  @Test
  void tooManyChangesOfPinsAreNotEncoded() {
    Pins pins = Pins.NONE;
    for (long slot = 2; slot < 2 + ControlCodec.MAX_PIN_CHANGES + 1; slot++) {
      pins = pins.plus(new LivePin(slot, slot, "p" + slot, "", 0, 1));
    }
    VolumeState state = new StateEdit(Records.after()).at(200).withPins(pins);
    RecordCodec codec = new RecordCodec(VOLUME);
    Optional<LoadedLog> informed = Optional.of(new LoadedLog(state, Optional.empty()));
    assertThatThrownBy(
            () -> codec.encode(200, new byte[16], new LogRecord.Retire(""), informed, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPinTableComesBack() throws Exception {
    comesBack("pin-table", 0);
    comesBack("pin-table-sizes", 1L << 40);
    List<LivePin> reversed = GoldenRecords.pins(0).reversed();
    ByteBuffer unsorted = PinTableCodec.encode(GoldenRecords.TABLE, reversed).toBuffer();
    assertThatThrownBy(() -> PinTableCodec.decode(GoldenRecords.TABLE, unsorted))
        .isInstanceOf(Damaged.class);
  }

  private static void comesBack(String name, long sizeBytes) throws Exception {
    ByteBuffer golden = GoldenRecords.bytes(name);
    assertThat(GoldenRecords.pinTable(sizeBytes)).isEqualTo(golden);
    assertThat(PinTableCodec.decode(GoldenRecords.TABLE, golden))
        .isEqualTo(GoldenRecords.pins(sizeBytes));
  }

  @Test
  void anotherVolumesObjectIsNoCheckpoint() {
    Checkpoint foreign = new Checkpoint(ObjectRef.map(Records.OTHER, 1, 1, 1), 1);
    Optional<LoadedLog> informed =
        Optional.of(new LoadedLog(Records.after(), Optional.of(foreign)));
    RecordCodec codec = new RecordCodec(VOLUME);
    assertThatThrownBy(
            () -> codec.encode(2, new byte[16], new LogRecord.Retire(""), informed, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theStateIsTheSameInEveryOrderOfItsAttributes() {
    TreeMap<String, String> backwards = new TreeMap<>(java.util.Comparator.reverseOrder());
    backwards.put("a", "1");
    backwards.put("b", "2");
    LogRecord.Create create =
        new LogRecord.Create(
            1, 0, "n", false, Optional.empty(), backwards, new TreeSet<>(), 0, false);
    assertThat(create.attributes().firstKey()).isEqualTo("a");
  }

  private static void assertDamaged(
      Consumer<io.s3shard.proto.v1.LogRecord.Builder> spoil, String why) {
    assertThatThrownBy(() -> decode(spoil))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(key().value())
        .hasMessageContaining(why);
  }

  private static void assertRefused(Consumer<io.s3shard.proto.v1.LogRecord.Builder> change) {
    assertThatThrownBy(() -> decode(change))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("upgrade s3shard");
  }

  private static LoggedRecord decode(Consumer<io.s3shard.proto.v1.LogRecord.Builder> change) {
    io.s3shard.proto.v1.LogRecord.Builder message = message();
    change.accept(message);
    byte[] metadata = message.build().toByteArray();
    ByteBuffer bytes =
        ObjectFormat.encode(ObjectFormat.Kind.LOG_RECORD, key(), List.of(), metadata).toBuffer();
    return new RecordCodec(VOLUME).decode(5, bytes);
  }

  private static io.s3shard.proto.v1.LogRecord.Builder message() {
    return io.s3shard.proto.v1.LogRecord.newBuilder()
        .setVolumeId(VOLUME.value())
        .setSlot(5)
        .setNonce(ByteString.copyFrom(new byte[16]))
        .setRetire(Retire.newBuilder());
  }

  private static ControlState.Builder control() {
    return ControlState.newBuilder()
        .setChunkSizeBytes(Records.CHUNK)
        .setSizeBytes(1)
        .setName("fs.img");
  }

  private static io.s3shard.proto.v1.Checkpoint checkpoint(long covers) {
    return io.s3shard.proto.v1.Checkpoint.newBuilder()
        .setCovers(covers)
        .setRoot(
            io.s3shard.proto.v1.ObjectRef.newBuilder()
                .setKind(io.s3shard.proto.v1.ObjectRef.Kind.KIND_MAP))
        .build();
  }

  private static ObjectKey key() {
    return Layout.log(VOLUME, 5);
  }
}
