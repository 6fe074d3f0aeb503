package io.s3shard.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.store.MemoryStore;
import io.s3shard.testing.SteppedTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The volumes of a prefix as files. */
class VolumeDirectoryTest {
  private final MemoryStore store = new MemoryStore();
  private final SteppedTime execution = new SteppedTime();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final FakeImages images = new FakeImages();
  private final VolumeDirectory directory =
      new VolumeDirectory(snapshots, images, execution, 4 << 20);

  @Test
  void aNewFileIsEmptyAndKeepsItsOwner() {
    directory.create("a", 0640, 7, 8);
    ImageEntry entry = directory.find("a").orElseThrow();
    assertThat(entry.sizeBytes()).isZero();
    assertThat(List.of(entry.mode(), entry.uid(), entry.gid())).containsExactly(0640, 7, 8);
    assertThat(directory.list()).containsExactly(entry);
    assertThatThrownBy(() -> directory.create("a", 0640, 7, 8)).isInstanceOf(VolumeExists.class);
  }

  @Test
  void snapshotsAreFilesInAFolderOfTheirImage() {
    directory.create("a", 0640, 7, 8);
    SnapshotFolders folders = directory.snapshots();
    assertThat(folders.images()).isEmpty();
    assertThat(folders.list("a")).hasValueSatisfying(list -> assertThat(list).isEmpty());
    assertThat(folders.list("b")).isEmpty();
    assertThat(folders.list("a/b")).isEmpty();
    Snapshot monday = snapshots.create("a", "monday");
    execution.advance(Duration.ofSeconds(2));
    assertThat(folders.images()).containsExactly("a");
    ImageEntry file = folders.find("a", "monday").orElseThrow();
    assertThat(file.mode()).as("nobody writes it").isEqualTo(0440);
    assertThat(List.of(file.uid(), file.gid())).containsExactly(7, 8);
    assertThat(file.modified()).isEqualTo(monday.created());
    OpenImage open = folders.open("a", "monday");
    assertThat(FakeImages.text(open.image())).isEqualTo("a@monday");
    open.release();
    assertThatThrownBy(() -> folders.open("a", "tuesday")).isInstanceOf(VolumeMissing.class);
    assertThat(images.events()).containsExactly("snapshot", "unread");

    snapshots.remove(monday);
    assertThat(folders.find("a", "monday")).as("for a second").isPresent();
    execution.advance(Duration.ofSeconds(2));
    assertThat(folders.find("a", "monday")).isEmpty();
  }

  @Test
  void namesThatCanBeNoneAreMissing() {
    for (String name : List.of(".snapshots", "x".repeat(256), "a/b")) {
      assertThat(directory.find(name)).isEmpty();
      assertThatThrownBy(() -> directory.create(name, 0600, 0, 0))
          .isInstanceOf(InvalidRequest.class);
    }
  }

  @Test
  void whatOthersMakeIsSeenAfterASecond() {
    assertThat(directory.list()).isEmpty();
    assertThat(directory.find("a")).isEmpty();
    volumes.create(NewVolume.of("a", 5));
    assertThat(directory.list()).isEmpty();
    assertThat(directory.find("a")).isEmpty();
    execution.advance(Duration.ofSeconds(1));
    assertThat(directory.find("a")).isPresent();
    assertThat(directory.list()).hasSize(1);
  }

  @Test
  void allWritersOfAVolumeShareOneEpoch() {
    directory.create("a", 0600, 0, 0);
    List<Execution.Task<OpenImage>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tasks.add(execution.fork("open", () -> directory.openForWriting("a")));
    }
    List<OpenImage> uses = tasks.stream().map(Execution.Task::join).toList();
    assertThat(images.events()).containsExactly("open");
    uses.forEach(OpenImage::release);
    uses.forEach(OpenImage::release);
    idleUntil(() -> images.events().equals(List.of("open", "close")));
  }

  @Test
  void reopenedSoonItIsTheSameImage() {
    directory.create("a", 0600, 0, 0);
    for (int i = 0; i < 20; i++) {
      OpenImage use = directory.openForWriting("a");
      FakeImages.write(use.image(), "generation " + i);
      use.release();
    }
    assertThat(images.events()).containsExactly("open");
    idleUntil(() -> images.count("close") == 1);
    OpenImage again = directory.openForWriting("a");
    assertThat(FakeImages.text(again.image())).isEqualTo("generation 19");
    assertThat(images.count("open")).isEqualTo(2);
  }

  @Test
  void theSizeOfAnOpenImageIsItsPresentOne() {
    directory.create("a", 0600, 0, 0);
    directory.openForWriting("a").image().grow(123);
    assertThat(directory.find("a").orElseThrow().sizeBytes()).isEqualTo(123);
    assertThat(directory.list().getFirst().sizeBytes()).isEqualTo(123);
  }

  @Test
  void attributesOfAnOpenImageAreOneRecordAtItsClose() {
    directory.create("a", 0600, 0, 0);
    long before = volumes.get("a").state().tail();
    OpenImage use = directory.openForWriting("a");
    directory.setAttributes("a", mode(0644));
    directory.setAttributes("a", xattrs("user.k", ""));
    directory.setAttributes("a", mode(0666));
    assertThat(directory.find("a").orElseThrow().mode()).isEqualTo(0666);
    assertThat(volumes.get("a").state().tail()).isEqualTo(before);
    use.release();
    idleUntil(() -> volumes.get("a").state().tail() == before + 1);
    ImageEntry entry = PosixAttributes.entry(volumes.get("a"));
    assertThat(entry.mode()).isEqualTo(0666);
    assertThat(entry.xattrs()).containsOnlyKeys("user.k").containsEntry("user.k", "");
  }

  @Test
  void attributesOfAClosedImageAreSetAtOnce() {
    directory.create("a", 0600, 0, 0);
    Instant time = Instant.parse("2020-02-02T02:02:02Z");
    directory.setAttributes(
        "a",
        new ImageAttributes(
            OptionalInt.empty(),
            OptionalInt.of(-2),
            OptionalInt.empty(),
            Optional.of(time),
            Optional.empty()));
    directory.setAttributes("a", xattrs("user.one", "1"));
    directory.setAttributes("a", xattrs("user.two", "\u00ff"));
    ImageEntry entry = directory.find("a").orElseThrow();
    assertThat(entry.uid()).isEqualTo(-2);
    assertThat(entry.modified()).isEqualTo(time);
    assertThat(entry.xattrs()).containsOnlyKeys("user.two").containsEntry("user.two", "\u00ff");
  }

  @Test
  void extendedAttributesAreBounded() {
    directory.create("a", 0600, 0, 0);
    assertThatThrownBy(() -> directory.setAttributes("a", xattrs("user.k", "x".repeat(1024))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("the extended attributes are 1030 bytes, an image can have 1024 in all");
  }

  @Test
  void anOpenImageIsRenamedAndStaysOpen() {
    directory.create("a", 0600, 0, 0);
    OpenImage use = directory.openForWriting("a");
    directory.rename("a", "b");
    assertThat(directory.find("a")).isEmpty();
    FakeImages.write(use.image(), "still here");
    assertThat(FakeImages.text(directory.openForWriting("b").image())).isEqualTo("still here");
    assertThat(images.count("open")).isEqualTo(1);
    assertThatThrownBy(() -> directory.openForWriting("a")).isInstanceOf(VolumeMissing.class);
  }

  @Test
  void aRenameOverAnImageIsRefused() {
    directory.create("a", 0600, 0, 0);
    directory.create("b", 0600, 0, 0);
    assertThatThrownBy(() -> directory.rename("a", "b")).isInstanceOf(VolumeExists.class);
    directory.openForWriting("b");
    assertThatThrownBy(() -> directory.rename("a", "b")).isInstanceOf(VolumeExists.class);
  }

  @Test
  void anImageInUseIsNotRemoved() {
    directory.create("a", 0600, 0, 0);
    OpenImage use = directory.openForWriting("a");
    assertThatThrownBy(() -> directory.remove("a"))
        .isInstanceOf(VolumeBusy.class)
        .hasMessage("\"a\" is open here: close it first ('losetup -a' shows loop devices)");
    use.release();
    directory.remove("a");
    assertThat(images.events()).containsExactly("open", "close");
    assertThat(directory.list()).isEmpty();
    assertThat(directory.find("a")).isEmpty();
    directory.close();
    assertThat(new NameIndex(store).names()).isEmpty();
  }

  @Test
  void aReaderFollowsTheWriterHere() {
    directory.create("a", 0600, 0, 0);
    images.committed.put(
        volumes.get("a").id(), "old".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    OpenImage reader = directory.openForReading("a");
    assertThat(FakeImages.text(reader.image())).isEqualTo("old");
    OpenImage writer = directory.openForWriting("a");
    FakeImages.write(writer.image(), "new one");
    assertThat(FakeImages.text(reader.image())).isEqualTo("new one");
    writer.release();
    idleUntil(() -> images.count("close") == 1);
    assertThat(FakeImages.text(reader.image())).isEqualTo("new one");
    reader.release();
    assertThat(images.events())
        .containsExactly("read", "open", "close", "unread", "read", "unread");
  }

  @Test
  void aReaderOfAnOpenImageOpensNothing() {
    directory.create("a", 0600, 0, 0);
    FakeImages.write(directory.openForWriting("a").image(), "x");
    OpenImage reader = directory.openForReading("a");
    assertThat(FakeImages.text(reader.image())).isEqualTo("x");
    assertThat(images.events()).containsExactly("open");
    assertThatThrownBy(() -> FakeImages.write(reader.image(), "y"))
        .isInstanceOf(InvalidRequest.class);
  }

  @Test
  void anImageThatWasFencedIsOpenedAnew() {
    directory.create("a", 0600, 0, 0);
    OpenImage use = directory.openForWriting("a");
    images.fenced = true;
    assertThatThrownBy(() -> use.image().flush()).isInstanceOf(Fenced.class);
    use.release();
    await().until(() -> images.count("close") == 1);
    images.fenced = false;
    FakeImages.write(directory.openForWriting("a").image(), "again");
    assertThat(images.count("open")).isEqualTo(2);
  }

  @Test
  void aFailedOpenLeavesNothingBehind() {
    directory.create("a", 0600, 0, 0);
    images.busy = true;
    assertThatThrownBy(() -> directory.openForWriting("a")).isInstanceOf(VolumeBusy.class);
    images.busy = false;
    directory.openForWriting("a");
    assertThatThrownBy(() -> directory.openForWriting("missing")).isInstanceOf(VolumeMissing.class);
    assertThatThrownBy(() -> directory.openForReading("missing")).isInstanceOf(VolumeMissing.class);
  }

  @Test
  void closeEndsEverythingAndOpensNothingMore() {
    directory.create("a", 0600, 0, 0);
    directory.create("b", 0600, 0, 0);
    FakeImages.write(directory.openForWriting("a").image(), "kept");
    directory.openForWriting("b").release();
    directory.close();
    assertThat(images.count("close")).isEqualTo(2);
    assertThat(images.committed.get(volumes.get("a").id())).hasSize(4);
    assertThatThrownBy(() -> directory.openForWriting("a")).isInstanceOf(VolumeBusy.class);
  }

  @Test
  void closeTellsOfAnImageThatCouldNotBeFlushed() {
    directory.create("a", 0600, 0, 0);
    directory.openForWriting("a");
    images.fenced = true;
    assertThatThrownBy(directory::close).isInstanceOf(Fenced.class);
  }

  @Test
  void flushReachesEveryOpenImage() {
    directory.create("a", 0600, 0, 0);
    directory.create("b", 0600, 0, 0);
    directory.openForWriting("a");
    directory.openForWriting("b");
    directory.flush();
    assertThat(images.count("flush")).isEqualTo(2);
  }

  @Test
  void whatADeadProcessLeftIsBroughtInBeforeAnybodyLooks() {
    directory.create("a", 0600, 0, 0);
    directory.create("gone", 0600, 0, 0);
    Volume left = volumes.get("a");
    Volume gone = volumes.get("gone");
    new Deletions(volumes).retire("gone");
    images.committed.put(left.id(), new byte[77]);
    directory.bringIn(List.of(gone.id(), new VolumeId("f".repeat(32)), left.id()));
    assertThat(directory.find("a").orElseThrow().sizeBytes()).isEqualTo(77);
    assertThat(images.events()).containsExactly("open");
    idleUntil(() -> images.count("close") == 1);
    images.busy = true;
    directory.bringIn(List.of(left.id()));
    assertThat(images.count("open")).isEqualTo(1);
  }

  /** Lets the linger time pass until it is seen: whoever waits for it may begin late. */
  private void idleUntil(Callable<Boolean> seen) {
    await()
        .until(() -> {
          execution.advance(HeldImages.LINGER);
          return seen.call();
        });
  }

  private static ImageAttributes mode(int mode) {
    return new ImageAttributes(
        OptionalInt.of(mode),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static ImageAttributes xattrs(String name, String value) {
    SortedMap<String, String> all = new TreeMap<>();
    all.put(name, value);
    return new ImageAttributes(
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.of(all));
  }
}
