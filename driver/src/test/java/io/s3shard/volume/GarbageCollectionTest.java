package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.StoreRefused;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.Swept;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeState;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.SteppedTime;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What anybody may delete, and what nobody may. */
class GarbageCollectionTest {
  private static final int SIZE = 300_000;

  private final MemoryStore store = new MemoryStore();
  private final SteppedTime time = new SteppedTime();
  private final Volumes volumes = new Volumes(store, time, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final TestHost host = new TestHost(store, time, "a");

  private Volume create(String name, long seed) {
    volumes.create(new NewVolume(name, 0, TestHost.CHUNK_BYTES, new TreeMap<>()));
    write(name, seed);
    return volumes.get(name);
  }

  private void write(String name, long seed) {
    VolumeImage image = open(name);
    image.write(0, ByteBuffer.wrap(random(SIZE, seed)));
    image.close();
  }

  private VolumeImage open(String name) {
    return host.opener().openForWriting(volumes.get(name).id(), false);
  }

  private byte[] content(String name) {
    return read(host.opener().openForReading(volumes.get(name).id(), false));
  }

  private List<GarbageCollection.Collected> collect() {
    return new GarbageCollection(volumes, false).run(_ -> {});
  }

  private GarbageCollection.Collected collectOnly() {
    List<GarbageCollection.Collected> all = collect();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private ObjectRef leave(ObjectRef object) {
    store.put(object.key(), Body.of(new byte[100]), Purpose.FLUSH);
    return object;
  }

  private boolean isThere(ObjectRef object) {
    return !store.list(object.key().value(), null, 1, Purpose.MAP).isEmpty();
  }

  @Test
  void whatAClosedEpochLeftGoesAndWhatMayStillBeNamedStays() {
    Volume volume = create("a", 1);
    long closed = volume.state().lastEpoch();
    ObjectRef dead = leave(ObjectRef.data(volume.id(), closed, closed, 9_001, 1));
    ObjectRef deadPage = leave(ObjectRef.map(volume.id(), closed, closed, 9_002));
    VolumeImage image = open("a");
    long open = volumes.get("a").state().openEpoch();
    ObjectRef uploading = leave(ObjectRef.data(volume.id(), open, open, 9_003, 1));
    ObjectRef page = leave(ObjectRef.map(volume.id(), open, open, 9_004));
    ObjectRef future = leave(ObjectRef.data(volume.id(), open + 50, open + 50, 1, 1));
    image.write(0, ByteBuffer.wrap(random(5000, 2)));
    image.flush();

    GarbageCollection.Collected collected = collectOnly();
    assertThat(collected.swept()).isEqualTo(new Swept(2, 200, 0));
    assertThat(isThere(dead) || isThere(deadPage)).isFalse();
    assertThat(isThere(uploading) && isThere(page)).as("the next COMMIT may name them").isTrue();
    assertThat(isThere(future)).as("of an epoch that nobody has seen").isTrue();
    image.close();
    assertThat(collectOnly().swept())
        .as("now that epoch is closed")
        .isEqualTo(new Swept(2, 200, 0));
    byte[] expected = random(SIZE, 1);
    System.arraycopy(random(5000, 2), 0, expected, 0, 5000);
    assertThat(content("a")).isEqualTo(expected);
  }

  @Test
  void anOwnerThatCommitsAllTheTimeDoesNotKeepItFromItsWork() {
    Volume volume = create("a", 1);
    VolumeImage image = open("a");
    for (int i = 0; i < 5; i++) {
      image.write(i * 8192L, ByteBuffer.wrap(random(4096, i)));
      image.flush();
      snapshots.create(volume.id(), "s" + i);
    }
    long closed = volume.state().lastEpoch();
    ObjectRef dead = leave(ObjectRef.data(volume.id(), closed, closed, 9_001, 1));
    ForwardingStore busy =
        new ForwardingStore(store) {
          private int commits;

          @Override
          public List<ListedObject> list(
              String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
            if (commits++ < 40) {
              image.write(0, ByteBuffer.wrap(random(4096, 100 + commits)));
              image.flush();
            }
            return super.list(prefix, startAfter, limit, purpose);
          }
        };
    Volumes behind = new Volumes(busy, new ThreadExecution(), "s3://b/p");
    assertThat(new GarbageCollection(behind, false).run(_ -> {}))
        .singleElement()
        .satisfies(collected -> {
          assertThat(collected.problem()).isEmpty();
          assertThat(collected.swept().objects()).isEqualTo(1);
        });
    assertThat(isThere(dead)).isFalse();
    image.close();
    for (Snapshot snapshot : snapshots.of(volumes.get("a"))) {
      Image pinned = host.opener().openPinned(volume.id(), snapshot.pin(), "s");
      int last = Integer.parseInt(snapshot.name().substring(1));
      assertThat(read(pinned, last * 8192, 4096)).isEqualTo(random(4096, last));
    }
  }

  @Test
  void whatOnlyAPinNeedsGoesWithIt() {
    create("a", 1);
    Snapshot monday = snapshots.create("a", "monday");
    write("a", 2);
    assertThat(collectOnly().swept().objects()).isZero();
    Image pinned = host.opener().openPinned(monday.volume(), monday.pin(), "monday");
    assertThat(read(pinned)).isEqualTo(random(SIZE, 1));
    long before = bytes();
    snapshots.remove(monday);
    assertThat(collectOnly().swept().bytes()).isBetween((long) SIZE, SIZE + 100_000L);
    assertThat(bytes()).isLessThan(before - SIZE);
    assertThat(content("a")).isEqualTo(random(SIZE, 2));
    assertThat(collectOnly().swept()).isEqualTo(Swept.NOTHING);
  }

  @Test
  void whatTheVolumeHadBesidesItsPinsGoesWhenItIsDeleted() {
    create("a", 1);
    Snapshot monday = snapshots.create("a", "monday");
    write("a", 2);
    new Deletions(volumes).retire("a");
    assertThat(collectOnly().swept().bytes()).isGreaterThan(SIZE);
    assertThat(read(host.opener().openPinned(monday.volume(), monday.pin(), "monday")))
        .isEqualTo(random(SIZE, 1));
    snapshots.remove(monday);
    collect();
    assertThat(store.list(Layout.dataFolder(monday.volume()), null, 1, Purpose.MAP)).isEmpty();
    assertThat(store.list(Layout.mapFolder(monday.volume()), null, 1, Purpose.MAP)).isEmpty();
  }

  @Test
  void pinTablesThatWereReplacedGo() {
    Volume volume = create("a", 1);
    for (int i = 0; i < 200; i++) {
      snapshots.create(volume.id(), "s" + i);
    }
    ObjectRef refused =
        leave(ObjectRef.map(volume.id(), volume.state().tail(), volume.state().tail() - 1, 77));
    long tail = volumes.get("a").state().tail();
    ObjectRef onItsWay = leave(ObjectRef.map(volume.id(), tail + 1, tail, 78));
    ObjectRef table = volumes.get("a").state().pins().table().orElseThrow();
    collect();
    assertThat(isThere(refused)).isFalse();
    assertThat(isThere(onItsWay)).as("its record may be on its way").isTrue();
    assertThat(isThere(table)).isTrue();
    assertThat(snapshots.of(volumes.get("a"))).hasSize(200);
    for (Snapshot snapshot : snapshots.of(volumes.get("a"))) {
      assertThat(read(host.opener().openPinned(volume.id(), snapshot.pin(), "s"), 0, 4096))
          .isEqualTo(random(4096, 1));
    }
  }

  @Test
  void aVolumeThatMissesSomethingIsLeftAloneAndTheOthersAreNot() {
    Volume broken = create("a", 1);
    Volume whole = create("b", 2);
    ObjectRef leftOfA = leave(ObjectRef.data(broken.id(), 2, 2, 9_001, 1));
    ObjectRef leftOfB = leave(ObjectRef.data(whole.id(), 2, 2, 9_001, 1));
    ListedObject page = store.list(Layout.mapFolder(broken.id()), null, 1, Purpose.MAP).getFirst();
    store.delete(List.of(page.key()), Purpose.MAP);
    Thread clock =
        Thread.ofVirtual()
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                time.advance(Duration.ofSeconds(1));
                Thread.yield();
              }
            });
    List<GarbageCollection.Collected> all = collect();
    clock.interrupt();
    assertThat(isThere(leftOfA)).isTrue();
    assertThat(isThere(leftOfB)).isFalse();
    assertThat(all)
        .filteredOn(collected -> collected.id().equals(broken.id()))
        .singleElement()
        .satisfies(collected ->
            assertThat(collected.problem())
                .contains("needs what is not there")
                .contains("'s3shard check'"));
  }

  @Test
  void aDryRunDeletesNothing() {
    Volume volume = create("a", 1);
    ObjectRef dead = leave(ObjectRef.data(volume.id(), 2, 2, 9_001, 1));
    pinForAClone(volume, new VolumeId("1".repeat(32)));
    time.advance(Duration.ofHours(2));
    List<GarbageCollection.Collected> all = new GarbageCollection(volumes, true).run(_ -> {});
    assertThat(all.getFirst().swept()).isEqualTo(new Swept(1, 100, 0));
    assertThat(all.getFirst().pinsRemoved()).isEqualTo(1);
    assertThat(isThere(dead)).isTrue();
    assertThat(volumes.get("a").state().pins().count()).isEqualTo(1);
  }

  @Test
  void whatTheBucketKeepsIsCounted() {
    Volume volume = create("a", 1);
    leave(ObjectRef.data(volume.id(), 2, 2, 9_001, 1));
    ForwardingStore locked =
        new ForwardingStore(store) {
          @Override
          public void delete(Collection<ObjectKey> keys, Purpose purpose) {
            throw new StoreRefused("Object Lock");
          }
        };
    Volumes behind = new Volumes(locked, time, "s3://b/p");
    assertThat(new GarbageCollection(behind, false).run(_ -> {}).getFirst().swept())
        .isEqualTo(new Swept(0, 0, 1));
  }

  @Test
  void aCloneThatWasNeverMadeIsGivenUpAfterAnHour() {
    Volume volume = create("a", 1);
    VolumeId clone = new VolumeId("1".repeat(32));
    pinForAClone(volume, clone);
    assertThat(collectOnly().pinsRemoved()).as("somebody may be making it").isZero();
    time.advance(Duration.ofMinutes(61));
    assertThat(collectOnly().pinsRemoved()).isEqualTo(1);
    assertThat(volumes.get("a").state().pins().count()).isZero();
    assertThat(volumes.log(clone).create(NewVolume.of("late", 1).record(time.now())))
        .as("whoever was making it is too late")
        .isFalse();
    assertThat(volumes.find(clone)).isEmpty();
  }

  @Test
  void aPinOfAnAttemptThatCameToNothingGoesAtOnce() {
    Volume volume = create("a", 1);
    Volume clone = new Clones(snapshots).of(volume, NewClone.of("b"));
    pinForAClone(volume, clone.id());
    assertThat(collect()).extracting(GarbageCollection.Collected::pinsRemoved).contains(1);
    assertThat(volumes.get("a").state().pins().count()).as("the clone's own").isEqualTo(1);
    assertThat(content("b")).isEqualTo(random(SIZE, 1));
  }

  @Test
  void anExportThatDiedKeepsNothingForEver() {
    Volume volume = create("a", 1);
    new LogPinning(volumes)
        .pin(volume.id(), PinRequest.of("export/1", new PinPurpose.OfExport(), time.now()));
    time.advance(Duration.ofDays(6));
    assertThat(collectOnly().pinsRemoved()).isZero();
    time.advance(Duration.ofDays(2));
    assertThat(collectOnly().pinsRemoved()).isEqualTo(1);
  }

  @Test
  void aDeletionThatWasCutOffIsFinished() {
    Volume source = create("a", 1);
    Volume clone = new Clones(snapshots).of(source, NewClone.of("b"));
    write("b", 2);
    Deletions deletions = new Deletions(volumes);
    deletions.retire("a");
    deletions.retire("b");
    collect();
    for (Volume gone : List.of(source, clone)) {
      VolumeState state = volumes.find(gone.id()).orElseThrow().state();
      assertThat(state.pins().count()).isZero();
      assertThat(store.list(Layout.dataFolder(gone.id()), null, 1, Purpose.MAP)).isEmpty();
    }
    assertThat(new NameIndex(store).names()).isEmpty();
  }

  private void pinForAClone(Volume source, VolumeId clone) {
    volumes
        .log(source.id())
        .append(
            _ ->
                new LogRecord.Pin(
                    "clone/" + clone + "/x",
                    new PinPurpose.OfClone(clone).text(),
                    0,
                    "",
                    time.now().toEpochMilli()),
            (state, slot) -> state.pins().has(slot));
  }

  private long bytes() {
    return store.list("volumes/", null, 1000, Purpose.MAP).stream()
        .mapToLong(ListedObject::sizeBytes)
        .sum();
  }
}
