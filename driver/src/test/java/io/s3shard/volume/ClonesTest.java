package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.CloneSource;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Clones: what they show, and that neither they nor their sources know of each other. */
class ClonesTest {
  private static final int SIZE = 900_000;

  private final MemoryStore store = new MemoryStore();
  private final Execution execution = new ThreadExecution();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final Clones clones = new Clones(snapshots);
  private final Deletions deletions = new Deletions(volumes);
  private final TestHost host = new TestHost(store, execution, "a");

  private Volume create(String name, long seed) {
    Volume made = volumes.create(new NewVolume(name, 0, TestHost.CHUNK_BYTES, new TreeMap<>()));
    VolumeImage image = open(made);
    image.write(0, ByteBuffer.wrap(random(SIZE, seed)));
    image.close();
    return volumes.get(name);
  }

  private VolumeImage open(Volume volume) {
    return host.opener().openForWriting(volume.id(), false);
  }

  private byte[] content(Volume volume) {
    return read(host.opener().openForReading(volume.id(), false));
  }

  /** Many small commits, checkpoints and merges. */
  private byte[] work(Volume volume, long seed) {
    VolumeImage image = open(volume);
    byte[] model = read(image);
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 300_000 : 9000);
      int offset = random.nextInt(model.length - length);
      byte[] data = random(length, random.nextLong());
      image.write(offset, ByteBuffer.wrap(data));
      System.arraycopy(data, 0, model, offset, length);
      if (random.nextInt(3) == 0) {
        image.flush();
      }
    }
    image.close();
    return model;
  }

  @Test
  void aCloneAndItsSourceGoTheirOwnWays() {
    Volume source = create("fs.img", 1);
    Volume clone = clones.of(source, NewClone.of("copy.img"));
    assertThat(volumes.list()).extracting(Volume::name).containsExactly("copy.img", "fs.img");
    assertThat(content(clone)).isEqualTo(random(SIZE, 1));

    byte[] changedClone = work(clone, 11);
    assertThat(content(source)).isEqualTo(random(SIZE, 1));
    byte[] changedSource = work(source, 12);
    assertThat(content(clone)).isEqualTo(changedClone);
    assertThat(content(source)).isEqualTo(changedSource);
    byte[] again = work(clone, 13);
    assertThat(content(clone)).isEqualTo(again);
    assertThat(content(source)).isEqualTo(changedSource);
  }

  @Test
  void aCloneOfAnOpenVolumeHasWhatWasCommitted() {
    Volume source = create("fs.img", 1);
    VolumeImage image = open(source);
    image.write(4096, ByteBuffer.wrap(random(8192, 2)));
    image.flush();
    Volume clone = clones.of(source, NewClone.of("copy.img"));
    image.write(4096, ByteBuffer.wrap(random(8192, 3)));
    image.close();
    byte[] expected = random(SIZE, 1);
    System.arraycopy(random(8192, 2), 0, expected, 4096, 8192);
    assertThat(content(clone)).isEqualTo(expected);
  }

  @Test
  void aCloneOfASnapshotOutlivesIt() {
    Volume source = create("fs.img", 1);
    Snapshot monday = snapshots.create("fs.img", "monday");
    work(source, 11);
    volumes.resize("fs.img", 2_000_000);
    Volume clone = clones.of(monday, NewClone.of("copy.img"));
    snapshots.remove(monday);
    work(source, 12);
    assertThat(clone.state().sizeBytes()).isEqualTo(SIZE);
    assertThat(content(clone)).isEqualTo(random(SIZE, 1));
    Snapshot tuesday = snapshots.create("fs.img", "tuesday");
    snapshots.remove(tuesday);
    assertThatThrownBy(() -> clones.of(tuesday, NewClone.of("other.img")))
        .isInstanceOf(VolumeMissing.class)
        .hasMessageContaining("was removed at this moment");
    assertThat(new NameIndex(store).names())
        .as("the name that was claimed for it")
        .containsExactly("copy.img", "fs.img");
    clones.of(clone, NewClone.of("other.img"));
  }

  @Test
  void clonesOfClonesShowWhatTheyWereMadeOf() {
    Volume root = create("0", 1);
    List<Volume> chain = new ArrayList<>(List.of(root));
    List<byte[]> contents = new ArrayList<>(List.of(random(SIZE, 1)));
    for (int i = 1; i <= 8; i++) {
      Volume clone = clones.of(chain.getLast(), NewClone.of(String.valueOf(i)));
      assertThat(clone.state().source().orElseThrow().ancestors()).isEqualTo(i);
      // every other one is cloned on without ever having been opened
      contents.add(i % 2 == 0 ? work(clone, i) : contents.getLast());
      chain.add(volumes.get(clone.name()));
    }
    for (int i = 0; i < chain.size(); i++) {
      assertThat(content(chain.get(i))).as("clone %d", i).isEqualTo(contents.get(i));
    }
    // the oldest first: those that are left need them
    for (int i = 0; i < chain.size() - 1; i++) {
      deletions.retire(chain.get(i).name());
      deletions.reap(chain.get(i).id());
      assertThat(content(chain.getLast())).isEqualTo(contents.getLast());
    }
    deletions.retire(chain.getLast().name());
    deletions.reap(chain.getLast().id());
    assertThat(new NameIndex(store).names()).isEmpty();
    assertThat(keys())
        .isNotEmpty()
        .allMatch(key -> key.contains("/log/") || key.startsWith(Layout.NAMES));
  }

  @Test
  void aCloneHasTheAttributesOfAFileAndItsOwnSize() {
    Volume source = create("fs.img", 1);
    TreeMap<String, String> attributes = new TreeMap<>();
    attributes.put("posix.mode", "640");
    attributes.put("xattr.user.a", "=b");
    attributes.put("something.else", "1");
    volumes.setAttributes(source.id(), attributes);
    TreeMap<String, String> own = new TreeMap<>();
    own.put("csi", "x");
    Volume clone = clones.of(volumes.get("fs.img"), new NewClone("copy.img", 5_000_000, true, own));
    assertThat(clone.state().attributes())
        .containsOnlyKeys("posix.mode", "xattr.user.a", "csi")
        .containsEntry("posix.mode", "640");
    assertThat(clone.state().requiresAttach()).isTrue();
    assertThat(clone.state().sizeBytes()).isEqualTo(5_000_000);
    byte[] larger = Arrays.copyOf(random(SIZE, 1), 5_000_000);
    assertThat(content(clone)).isEqualTo(larger);
  }

  @Test
  void aNameThatIsTakenLeavesNoPinBehind() {
    Volume source = create("fs.img", 1);
    assertThatThrownBy(() -> clones.of(source, NewClone.of("fs.img")))
        .isInstanceOf(VolumeExists.class);
    assertThat(volumes.get("fs.img").state().pins().count()).isZero();
  }

  @Test
  void whoWinsSlotOneDecides() {
    Volume source = create("fs.img", 1);
    ForwardingStore behind =
        new ForwardingStore(store) {
          @Override
          public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
            Optional<VolumeId> half = halfMade();
            if (half.isPresent() && key.equals(Layout.log(half.get(), 1))) {
              assertThat(volumes.create(NewVolume.of("copy.img", 7)).id()).isEqualTo(half.get());
            }
            return super.putIfAbsent(key, body, purpose);
          }
        };
    Clones late = new Clones(new Snapshots(new Volumes(behind, execution, "s3://b/p")));
    assertThatThrownBy(() -> late.of(source, NewClone.of("copy.img")))
        .isInstanceOf(VolumeExists.class);
    assertThat(volumes.get("copy.img").state().sizeBytes()).isEqualTo(7);
    assertThat(volumes.get("fs.img").state().pins().count()).isZero();
  }

  private Optional<VolumeId> halfMade() {
    return new NameIndex(store).read("copy.img").filter(id -> volumes.find(id).isEmpty());
  }

  @Test
  void aHalfMadeCloneIsCompleted() {
    Volume source = create("fs.img", 1);
    VolumeId half = new VolumeId("0".repeat(32));
    assertThat(new NameIndex(store).claim("copy.img", half)).isTrue();
    Volume clone = clones.of(source, NewClone.of("copy.img"));
    assertThat(clone.id()).isEqualTo(half);
    assertThat(content(clone)).isEqualTo(random(SIZE, 1));
  }

  @Test
  void aPageNamesNoMoreThan255Volumes() {
    VolumeId id = new VolumeId("0".repeat(32));
    new NameIndex(store).claim("deep", id);
    CloneSource source = new CloneSource(new VolumeId("1".repeat(32)), 2, 2, 253);
    assertThat(new VolumeLog(id, store, execution).create(createOf(source))).isTrue();
    Volume deepest = clones.of(volumes.get("deep"), NewClone.of("deeper"));
    assertThat(deepest.state().source().orElseThrow().ancestors()).isEqualTo(255);
    assertThatThrownBy(() -> clones.of(deepest, NewClone.of("too deep")))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("255 deep");
  }

  private static LogRecord.Create createOf(CloneSource source) {
    return new LogRecord.Create(
        TestHost.CHUNK_BYTES,
        0,
        "deep",
        false,
        Optional.of(source),
        new TreeMap<>(),
        new TreeSet<>(),
        0,
        false);
  }

  @Test
  void aCloneTakesNothingAwayFromItsAncestors() {
    Volume source = create("fs.img", 1);
    Volume clone = clones.of(source, NewClone.of("copy.img"));
    List<String> before = keys();
    for (int i = 0; i < 5; i++) {
      work(clone, 100 + i);
    }
    VolumeImage image = open(clone);
    image.discard(0, SIZE);
    image.close();
    assertThat(keys())
        .containsAll(before.stream().filter(k -> !k.contains(clone.id().value())).toList());
    assertThat(content(source)).isEqualTo(random(SIZE, 1));
    assertThat(content(clone)).containsOnly(0);
  }

  @Test
  void aSnapshotOfACloneIsASnapshotLikeOthers() {
    Volume source = create("fs.img", 1);
    Volume clone = clones.of(source, NewClone.of("copy.img"));
    Snapshot untouched = snapshots.create("copy.img", "untouched");
    byte[] changed = work(clone, 5);
    Snapshot later = snapshots.create("copy.img", "later");
    work(clone, 6);
    deletions.retire("fs.img");
    deletions.reap(source.id());
    assertThat(read(open(untouched))).isEqualTo(random(SIZE, 1));
    assertThat(read(open(later))).isEqualTo(changed);
  }

  private Image open(Snapshot snapshot) {
    return host.opener().openPinned(snapshot.volume(), snapshot.pin(), snapshot.path());
  }

  private List<String> keys() {
    List<ListedObject> all = store.list("", null, 1000, Purpose.MAP);
    assertThat(all.size()).isLessThan(1000);
    return all.stream().map(object -> object.key().value()).toList();
  }
}
