package io.s3shard.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.MemoryStore;
import io.s3shard.testing.SteppedTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots as anybody takes them who is not the volume's owner. */
class SnapshotsTest {
  private final MemoryStore store = new MemoryStore();
  private final SteppedTime execution = new SteppedTime();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final Volume volume = volumes.create(NewVolume.of("fs.img", 5000));

  @Test
  void aSnapshotIsListedUntilItIsRemoved() {
    Snapshot monday = snapshots.create("fs.img", "monday");
    volumes.resize("fs.img", 9000);
    Snapshot tuesday = snapshots.create("fs.img", "tuesday");
    assertThat(snapshots.of(volumes.get("fs.img"))).containsExactly(monday, tuesday);
    assertThat(monday.path()).isEqualTo("fs.img@monday");
    assertThat(monday.sizeBytes()).isEqualTo(5000);
    assertThat(tuesday.sizeBytes()).isEqualTo(9000);
    assertThat(monday.volume()).isEqualTo(volume.id());

    snapshots.remove(monday);
    assertThat(snapshots.of(volumes.get("fs.img"))).containsExactly(tuesday);
    assertThatThrownBy(() -> snapshots.remove(monday))
        .isInstanceOf(VolumeMissing.class)
        .hasMessageStartingWith("\"fs.img\" has no snapshot \"monday\"");
  }

  @Test
  void aNameIsTakenOnceAndCanBeUsedAgain() {
    Snapshot first = snapshots.create("fs.img", "a");
    assertThatThrownBy(() -> snapshots.create("fs.img", "a"))
        .isInstanceOf(VolumeExists.class)
        .hasMessage(
            "\"fs.img\" has a snapshot \"a\": choose another name, or remove it with 's3shard snapshot rm'");
    snapshots.remove(first);
    Snapshot second = snapshots.create("fs.img", "a");
    assertThat(second.pin().slot()).isGreaterThan(first.pin().slot());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a@b", "a\0b", "\ud800"})
  void badNamesAreRefused(String name) {
    assertThatThrownBy(() -> snapshots.create("fs.img", name)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> snapshots.create("fs.img", "x".repeat(256)))
        .isInstanceOf(InvalidRequest.class);
    assertThat(snapshots.of(volumes.get("fs.img"))).isEmpty();
  }

  @Test
  void ofWhatIsNotThereThereIsNone() {
    assertThatThrownBy(() -> snapshots.create("other", "a")).isInstanceOf(VolumeMissing.class);
    volumes.rename("fs.img", "new.img");
    new NameIndex(store).claim("fs.img", volume.id());
    assertThatThrownBy(() -> snapshots.create("fs.img", "a"))
        .as("the entry is stale")
        .isInstanceOf(VolumeMissing.class);
    assertThat(snapshots.create("new.img", "a").path()).isEqualTo("new.img@a");
  }

  @Test
  void ofADeletedVolumeNoneCanBeTaken() {
    new Deletions(volumes).retire("fs.img");
    assertThatThrownBy(() -> snapshots.create(volume.id(), "a")).isInstanceOf(VolumeMissing.class);
  }

  @Test
  void otherPinsAreNoSnapshots() {
    VolumeId clone = new VolumeId("1".repeat(32));
    pin("clone/x", new PinPurpose.OfClone(clone).text());
    pin("export/x", new PinPurpose.OfExport().text());
    pin("x/y", "something new");
    pin("auto", new PinPurpose.OfSchedule().text());
    pin("g", new PinPurpose.OfGroup("1234", 3).text());
    assertThat(snapshots.of(volumes.get("fs.img")))
        .extracting(Snapshot::name)
        .containsExactly("auto", "g");
  }

  @Test
  void purposesComeBack() {
    for (PinPurpose purpose :
        List.of(
            new PinPurpose.OfSnapshot(),
            new PinPurpose.OfSchedule(),
            new PinPurpose.OfExport(),
            new PinPurpose.OfGroup("g1", 17),
            new PinPurpose.OfUnfinishedGroup("g1", 17),
            new PinPurpose.OfGroupOutcome("g1", true),
            new PinPurpose.OfGroupOutcome("g1", false),
            new PinPurpose.Unknown("group-outcome g1 perhaps"),
            new PinPurpose.OfClone(new VolumeId("a".repeat(32))),
            new PinPurpose.Unknown("clone x"),
            new PinPurpose.Unknown("group g many"),
            new PinPurpose.Unknown(""))) {
      assertThat(PinPurpose.of(purpose.text())).isEqualTo(purpose);
    }
  }

  @Test
  void thousandsAreKeptInATable() {
    Instant now = execution.now();
    for (int i = 0; i < 300; i++) {
      snapshots.create(volume.id(), "s" + i);
    }
    assertThat(snapshots.of(volumes.get("fs.img"))).hasSize(300);
    Volume old = volumes.get("fs.img");
    for (int i = 0; i < 100; i++) {
      snapshots.remove(snapshots.get(volumes.get("fs.img"), "s" + i));
    }
    store.delete(
        List.of(old.state().pins().table().orElseThrow().key()),
        io.s3shard.store.Purpose.BACKGROUND);
    assertThat(snapshots.of(old))
        .as("a table that was replaced, and is gone, makes it look again")
        .hasSize(200);
  }

  private void pin(String name, String purpose) {
    new VolumeLog(volume.id(), store, execution)
        .append(
            _ -> new LogRecord.Pin(name, purpose, 0, "", 0),
            (state, slot) -> state.pins().has(slot));
  }
}
