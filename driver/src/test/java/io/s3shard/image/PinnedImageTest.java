package io.s3shard.image;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.VolumeBusy;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.LivePin;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.MeteredStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoreMeter;
import io.s3shard.store.StoreUse;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a pin keeps is readable as it was, whatever becomes of the volume, while the pin lives. */
class PinnedImageTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");

  private final ThreadExecution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final StoreMeter meter = new StoreMeter();
  private final TestHost owner =
      new TestHost(new MeteredStore(bucket, execution, meter), execution, "a");
  private final ImageOpener reader = new TestHost(bucket, execution, "b").opener();
  private final VolumeLog log = new VolumeLog(VOLUME, bucket, execution);

  @BeforeEach
  void create() {
    log.create(
        new LogRecord.Create(
            TestHost.CHUNK_BYTES,
            0,
            "fs.img",
            false,
            Optional.empty(),
            new TreeMap<>(),
            new TreeSet<>(),
            0,
            false));
  }

  @Test
  void theOwnerPinsWhatWasWrittenByOneRequest() {
    VolumeImage image = owner.opener().openForWriting(VOLUME, false);
    image.write(0, ByteBuffer.wrap(random(900_000, 1)));
    image.flush();
    StoreUse before = meter.use();
    LivePin clean = pin(image, "clean");
    assertThat(requests(before)).isEqualTo(1);

    image.write(4096, ByteBuffer.wrap(random(8192, 2)));
    before = meter.use();
    LivePin dirty = pin(image, "dirty");
    assertThat(requests(before)).as("the COMMIT of what was not flushed, and the PIN").isEqualTo(2);
    image.write(0, ByteBuffer.wrap(random(900_000, 3)));
    image.close();

    assertThat(read(open(clean))).isEqualTo(random(900_000, 1));
    assertThat(read(open(dirty), 4096, 8192)).isEqualTo(random(8192, 2));
    assertThat(read(open(dirty), 12_288, 800_000)).isEqualTo(read(open(clean), 12_288, 800_000));
  }

  @Test
  void thePinOutlivesCheckpointsAndGrowth() {
    VolumeImage image = owner.opener().openForWriting(VOLUME, false);
    image.write(0, ByteBuffer.wrap(random(300_000, 1)));
    LivePin pin = pin(image, "p");
    for (int i = 0; i < 60; i++) {
      image.write(i * 4096L, ByteBuffer.wrap(random(4096, 10 + i)));
      image.flush();
    }
    image.grow(2_000_000);
    image.close();
    Image opened = open(pin);
    assertThat(opened.sizeBytes()).isEqualTo(300_000).isEqualTo(pin.sizeBytes());
    assertThat(read(opened)).isEqualTo(random(300_000, 1));
    assertThatThrownBy(() -> opened.write(0, ByteBuffer.allocate(1)))
        .isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> opened.discard(0, 1)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> opened.zero(0, 1)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> opened.grow(9_000_000)).isInstanceOf(InvalidRequest.class);
    opened.flush();
    opened.close();
  }

  @Test
  void aRecordThatMayNotStandHarmsNoWriter() {
    VolumeImage image = owner.opener().openForWriting(VOLUME, false);
    pin(image, "p");
    assertThatThrownBy(() -> pin(image, "p")).isInstanceOf(VolumeBusy.class);
    image.write(0, ByteBuffer.wrap(random(5000, 1)));
    image.close();
  }

  @Test
  void aPinThatIsTakenAwayIsNamedInTheError() {
    VolumeImage image = owner.opener().openForWriting(VOLUME, false);
    image.write(0, ByteBuffer.wrap(random(900_000, 1)));
    LivePin pin = pin(image, "p");
    image.close();
    Image opened = open(pin);
    assertThat(read(opened, 0, 4096)).isEqualTo(random(4096, 1));
    deleteData();
    assertThatThrownBy(() -> read(opened, 500_000, 4096))
        .as("the pin lives: that is damage")
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("restore it from a copy");
    log.append(_ -> new LogRecord.Unpin(pin.slot()), (state, _) -> !state.pins().has(pin.slot()));
    assertThatThrownBy(() -> read(opened, 500_000, 4096))
        .isInstanceOf(ObjectMissing.class)
        .hasMessageContaining("snapshot \"fs.img@p\" was removed");
    assertThatThrownBy(() -> open(pin))
        .as("its COMMITs are still there, but nothing says that none of them was trimmed")
        .isInstanceOf(ObjectMissing.class)
        .hasMessageContaining("was removed");
  }

  private void deleteData() {
    List<ListedObject> objects =
        bucket.list(Layout.dataFolder(VOLUME), null, 1000, Purpose.BACKGROUND);
    assertThat(objects).isNotEmpty();
    bucket.delete(objects.stream().map(ListedObject::key).toList(), Purpose.BACKGROUND);
  }

  private Image open(LivePin pin) {
    return reader.openPinned(VOLUME, pin, "snapshot \"fs.img@" + pin.name() + "\"");
  }

  private static LivePin pin(VolumeImage image, String name) {
    Appended appended = image.append(_ -> new LogRecord.Pin(name, "snapshot", 0, "", 0));
    return appended.log().state().pins().named(name).orElseThrow();
  }

  private long requests(StoreUse before) {
    return meter.use().since(before).requests();
  }
}
