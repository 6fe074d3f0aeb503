package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.InlineExecution;
import io.s3shard.testing.SteppedTime;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Snapshots of several volumes at one moment, taken, taken back, found and removed. */
class GroupSnapshotsTest {
  private final MemoryStore store = new MemoryStore();
  private final SteppedTime execution = new SteppedTime();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final GroupSnapshots groups = new GroupSnapshots(snapshots);
  private final List<VolumeId> three =
      List.of(create("a.img"), create("b.img"), create("c.img")).stream().sorted().toList();

  private VolumeId create(String name) {
    return volumes.create(new NewVolume(name, 0, TestHost.CHUNK_BYTES, new TreeMap<>())).id();
  }

  @Test
  void allGetASnapshotOfTheNameAndNothingElseStays() {
    GroupSnapshot taken = groups.create(three, "nightly");

    assertThat(taken.members()).extracting(Snapshot::volume).containsExactlyElementsOf(three);
    for (VolumeId id : three) {
      Volume volume = volumes.find(id).orElseThrow();
      assertThat(snapshots.of(volume)).extracting(Snapshot::name).containsExactly("nightly");
      assertThat(volumes.pins(volume)).as("nothing tells of how it was taken").hasSize(1);
      assertThat(volume.state().hold()).isEmpty();
    }
    assertThat(groups.find(taken.id(), three)).contains(taken);
    assertThat(groups.create(three, "nightly")).as("asked again").isEqualTo(taken);
  }

  @Test
  void membersAreSnapshotsThatGoOneByOneOrTogether() {
    GroupSnapshot taken = groups.create(three, "nightly");
    snapshots.remove(taken.members().getFirst());
    assertThat(groups.find(taken.id(), three)).isEmpty();
    assertThatThrownBy(() -> groups.create(three, "nightly"))
        .as("what is left is somebody's")
        .isInstanceOf(VolumeExists.class);
    groups.remove(taken.id(), three);
    for (VolumeId id : three) {
      assertThat(volumes.pins(volumes.find(id).orElseThrow())).isEmpty();
    }
    assertThat(groups.create(three, "nightly").members()).hasSize(3);
  }

  @Test
  void whatIsWrongIsRefusedBeforeAnythingIsHeld() {
    assertThatThrownBy(() -> groups.create(List.of(), "x")).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> groups.create(three, "a/b")).isInstanceOf(InvalidRequest.class);
    snapshots.create(three.get(1), "x");
    assertThatThrownBy(() -> groups.create(three, "x")).isInstanceOf(VolumeExists.class);
    new Deletions(volumes).retire(volumes.find(three.get(2)).orElseThrow().name());
    assertThatThrownBy(() -> groups.create(three, "y")).isInstanceOf(VolumeMissing.class);
    assertThat(volumes.pins(volumes.find(three.getFirst()).orElseThrow())).isEmpty();
  }

  /** On a volume that nobody writes to, nobody but the next taker ends a HOLD. */
  @Test
  void aHoldThatADeadTakerLeftIsEnded() {
    execution.fork("time", this::letTimePass);
    append(three.get(1), new LogRecord.Hold("dead"));
    assertThat(groups.create(three, "nightly").members()).hasSize(3);
  }

  private boolean letTimePass() {
    for (int i = 0; i < 100; i++) {
      new ThreadExecution().sleep(Duration.ofMillis(2));
      execution.advance(Duration.ofMillis(100));
    }
    return true;
  }

  private void append(VolumeId id, LogRecord record) {
    new VolumeLog(id, store, execution).append(_ -> record, (state, slot) -> state.tail() >= slot);
  }

  /** The taker is gone at every request that changes something. */
  @Test
  void whatATakerThatDiedLeftGoesOnOrIsTakenBack() {
    InlineExecution time = new InlineExecution();
    Volumes alive = new Volumes(store, time, "s3://b/p");
    int kept = 0;
    int takenBack = 0;
    for (int deadAfter = 0; dies(deadAfter, time); deadAfter++) {
      String name = name(deadAfter);
      if (deadAfter % 2 == 0) {
        assertThat(new GroupSnapshots(new Snapshots(alive)).create(three, name).members())
            .as("asked again, %s", name)
            .hasSize(3);
      }
      time.passNanos(Duration.ofHours(2).toNanos());
      new GarbageCollection(alive, false)
          .run(collected -> assertThat(collected.problem()).isEmpty());
      boolean there =
          snapshots.find(volumes.find(three.getFirst()).orElseThrow(), name).isPresent();
      kept += there ? 1 : 0;
      takenBack += there ? 0 : 1;
      for (VolumeId id : three) {
        Volume volume = volumes.find(id).orElseThrow();
        assertThat(volumes.pins(volume)).as("all of %s or none", name).hasSize(kept);
      }
    }
    assertThat(kept).isGreaterThanOrEqualTo(takenBack);
    assertThat(takenBack).isGreaterThan(2);
  }

  private static String name(int deadAfter) {
    return "nightly-" + deadAfter;
  }

  private boolean dies(int deadAfter, InlineExecution time) {
    Volumes dying = new Volumes(new Mortal(store, deadAfter), time, "s3://b/p");
    try {
      new GroupSnapshots(new Snapshots(dying)).create(three, name(deadAfter));
      return false;
    } catch (StoreUnavailable | VolumeBusy dead) {
      return true;
    }
  }

  @Test
  void aWriterIsHeldUntilThePinAndGoesOn() {
    ThreadExecution real = new ThreadExecution();
    TestHost host = new TestHost(store, real, "a");
    VolumeImage image = host.opener().openForWriting(three.getFirst(), false);
    byte[] before = random(5000, 1);
    image.write(0, ByteBuffer.wrap(before));
    image.flush();
    GroupSnapshot taken =
        new GroupSnapshots(new Snapshots(new Volumes(store, real, "s3://b/p")))
            .create(three, "nightly");
    image.write(0, ByteBuffer.wrap(random(5000, 2)));
    image.flush();
    Snapshot member = taken.members().getFirst();
    assertThat(read(host.opener().openPinned(member.volume(), member.pin(), "it")))
        .isEqualTo(before);
    image.close();
  }

  /** A bucket that one process reaches until so many of its changes have landed. */
  private static final class Mortal extends ForwardingStore {
    private int left;

    Mortal(MemoryStore store, int changes) {
      super(store);
      this.left = changes;
    }

    @Override
    public synchronized PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      if (left-- <= 0) {
        throw new StoreUnavailable("dead");
      }
      return super.putIfAbsent(key, body, purpose);
    }
  }
}
