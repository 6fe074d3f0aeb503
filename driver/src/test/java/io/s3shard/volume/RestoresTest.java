package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.StoreRefused;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A volume that is put back to a snapshot, and what becomes of the state before. */
class RestoresTest {
  private static final int SIZE = 300_000;

  private final Execution execution = new ThreadExecution();

  /** A prefix with a volume that was changed after its snapshot "monday". */
  private final class Scene {
    private final MemoryStore store = new MemoryStore();
    private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
    private final Snapshots snapshots = new Snapshots(volumes);
    private final TestHost host = new TestHost(store, execution, "a");
    private final Volume volume;

    Scene() {
      TreeMap<String, String> attributes = new TreeMap<>(Map.of("posix.mode", "640", "x", "y"));
      volume = volumes.create(new NewVolume("fs.img", 0, TestHost.CHUNK_BYTES, attributes));
      write(1);
      snapshots.create("fs.img", "monday");
      write(2);
    }

    private void write(long seed) {
      VolumeImage image = open();
      image.write(0, ByteBuffer.wrap(random(SIZE, seed)));
      image.close();
    }

    VolumeImage open() {
      return host.opener().openForWriting(volumes.get("fs.img").id(), false);
    }

    byte[] content(String name) {
      return read(host.opener().openForReading(volumes.get(name).id(), false));
    }

    List<String> names() {
      return volumes.list().stream().map(Volume::name).toList();
    }

    Restores.Restored restore(Optional<String> keepAs) {
      return new Restores(snapshots).restore("fs.img", "monday", keepAs);
    }
  }

  @Test
  void theSnapshotTakesTheNameAndTheStateBeforeIsKept() {
    Scene scene = new Scene();
    Restores.Restored restored = scene.restore(Optional.of("old.img"));
    assertThat(scene.names()).containsExactly("fs.img", "old.img");
    assertThat(scene.content("fs.img")).isEqualTo(random(SIZE, 1));
    assertThat(scene.content("old.img")).isEqualTo(random(SIZE, 2));
    assertThat(restored.volume()).isEqualTo(scene.volumes.get("fs.img"));
    assertThat(restored.before().orElseThrow().id()).isEqualTo(scene.volume.id());
    assertThat(restored.volume().state().attributes())
        .isEqualTo(Map.of("posix.mode", "640", "x", "y"));
    assertThat(scene.snapshots.of(scene.volumes.get("old.img"))).hasSize(1);
    scene.write(3);
    assertThat(scene.content("fs.img")).isEqualTo(random(SIZE, 3));
    assertThat(scene.content("old.img")).isEqualTo(random(SIZE, 2));
  }

  @Test
  void theStateBeforeHasTheTimeInItsName() {
    Scene scene = new Scene();
    scene.restore(Optional.empty());
    assertThat(scene.names()).hasSize(2);
    assertThat(scene.names().get(1)).matches("fs\\.img\\.before-[0-9]{8}T[0-9]{6}");
  }

  @Test
  void whatCannotBeDoneChangesNothing() {
    Scene scene = new Scene();
    assertThatThrownBy(() -> new Restores(scene.snapshots).restore("x", "y", Optional.empty()))
        .isInstanceOf(VolumeMissing.class);
    assertThatThrownBy(() -> new Restores(scene.snapshots).restore("fs.img", "y", Optional.empty()))
        .isInstanceOf(VolumeMissing.class);
    VolumeImage open = scene.open();
    assertThatThrownBy(() -> scene.restore(Optional.empty())).isInstanceOf(VolumeBusy.class);
    open.close();
    assertThat(scene.names()).containsExactly("fs.img");
    scene.volumes.create(NewVolume.of("taken", 1));
    assertThatThrownBy(() -> scene.restore(Optional.of("taken"))).isInstanceOf(VolumeExists.class);
    scene.restore(Optional.of("free"));
    assertThat(scene.names())
        .as("nothing is left of the attempt")
        .containsExactly("free", "fs.img", "taken");
  }

  @Test
  void aRestoreToAnotherSnapshotDoesNotGoOnWithIt() {
    for (int cut = 0, between = 0; between == 0; cut++) {
      Scene scene = new Scene();
      scene.snapshots.create("fs.img", "tuesday");
      MortalStore mortal = new MortalStore(scene.store, cut);
      Snapshots behind = new Snapshots(new Volumes(mortal, execution, "s3://b/p"));
      assertThatThrownBy(() -> new Restores(behind).restore("fs.img", "monday", Optional.of("old")))
          .isInstanceOf(StoreRefused.class);
      if (scene.volumes.find("fs.img").isEmpty()) {
        between++;
        assertThatThrownBy(() ->
                new Restores(scene.snapshots).restore("fs.img", "tuesday", Optional.of("old")))
            .isInstanceOf(VolumeBusy.class)
            .hasMessageContaining("to another snapshot was cut off");
        scene.restore(Optional.of("old"));
        assertThat(scene.content("fs.img")).isEqualTo(random(SIZE, 1));
      }
    }
  }

  /** The process dies at each change that it makes, in turn; somebody runs it again. */
  @Test
  void cutOffAnywhereItGoesOn() {
    int cuts = 0;
    boolean finished = false;
    while (!finished) {
      Scene scene = new Scene();
      MortalStore mortal = new MortalStore(scene.store, cuts++);
      Snapshots behind = new Snapshots(new Volumes(mortal, execution, "s3://b/p"));
      try {
        new Restores(behind).restore("fs.img", "monday", Optional.of("old.img"));
        finished = true;
      } catch (StoreRefused dead) {
        if (!(scene.names().contains("old.img") && scene.names().contains("fs.img"))) {
          scene.restore(Optional.of("old.img"));
        }
      }
      assertThat(scene.names()).as("cut %d", cuts).containsExactly("fs.img", "old.img");
      assertThat(scene.content("fs.img")).as("cut %d", cuts).isEqualTo(random(SIZE, 1));
      assertThat(scene.content("old.img")).as("cut %d", cuts).isEqualTo(random(SIZE, 2));
    }
    assertThat(cuts).isGreaterThan(8);
  }

  /** A store that changes nothing any more after some changes: whoever uses it has died. */
  private static final class MortalStore extends ForwardingStore {
    private int left;

    MortalStore(MemoryStore store, int left) {
      super(store);
      this.left = left;
    }

    private void live() {
      if (left-- <= 0) {
        throw new StoreRefused("dead");
      }
    }

    @Override
    public void put(ObjectKey key, Body body, Purpose purpose) {
      live();
      super.put(key, body, purpose);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      live();
      return super.putIfAbsent(key, body, purpose);
    }

    @Override
    public void delete(Collection<ObjectKey> keys, Purpose purpose) {
      live();
      super.delete(keys, purpose);
    }
  }
}
