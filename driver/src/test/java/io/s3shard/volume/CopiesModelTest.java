package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Volumes, snapshots, clones and clones of clones that are made, written, restored and deleted in
 * any order, with sweeps in between, against arrays: what is there shows what it must; and when all
 * is quiet, the bucket holds what they need, and no object more.
 */
class CopiesModelTest {
  private static final int SIZE = 700_000;

  private final long seed = Long.getLong("s3shard.seed", new Random().nextLong());
  private final Random random = new Random(seed);
  private final MemoryStore store = new MemoryStore();
  private final Execution execution = new ThreadExecution();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final TestHost host = new TestHost(store, execution, "a");
  private final Map<String, byte[]> contents = new TreeMap<>();
  private final Map<Snapshot, byte[]> kept = new HashMap<>();
  private int named;

  @Test
  void whatIsThereIsRightAndNothingElseIsLeft() {
    create();
    for (int step = 0; step < 120; step++) {
      step();
    }
    collect();
    lookAtAll();
    noObjectIsSuperfluous();
    while (!contents.isEmpty() || !kept.isEmpty()) {
      if (random.nextBoolean() && !kept.isEmpty() || contents.isEmpty()) {
        removeSnapshot();
      } else {
        delete();
      }
      lookAtAll();
    }
    collect();
    assertThat(keys())
        .as("seed %d", seed)
        .isNotEmpty()
        .allMatch(key -> key.contains("/log/") || key.contains("~"));
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0 -> create();
      case 1, 2, 3, 4 -> write();
      case 5, 6 -> snapshot();
      case 7 -> cloneVolume();
      case 8 -> cloneSnapshot();
      case 9 -> removeSnapshot();
      case 10 -> delete();
      default -> {
        if (random.nextBoolean()) {
          restore();
        } else {
          collect();
        }
      }
    }
  }

  private String name() {
    return "v" + ++named;
  }

  private @Nullable String any() {
    List<String> names = List.copyOf(contents.keySet());
    return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
  }

  private @Nullable Snapshot anySnapshot() {
    List<Snapshot> all = new ArrayList<>(kept.keySet());
    all.sort((a, b) -> a.toString().compareTo(b.toString()));
    return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
  }

  private void create() {
    if (contents.size() < 6) {
      String name = name();
      volumes.create(new NewVolume(name, 0, TestHost.CHUNK_BYTES, new TreeMap<>()));
      contents.put(name, new byte[0]);
    }
  }

  private void write() {
    String name = any();
    if (name == null) {
      return;
    }
    byte[] model = contents.get(name);
    VolumeImage image = host.opener().openForWriting(volumes.get(name).id(), false);
    for (int i = random.nextInt(25); i >= 0; i--) {
      int length = 1 + random.nextInt(random.nextInt(4) == 0 ? 400_000 : 9000);
      int offset = random.nextInt(SIZE - length);
      if (random.nextInt(6) == 0) {
        int end = Math.min(offset + length, model.length);
        image.discard(offset, length);
        if (end > offset) {
          java.util.Arrays.fill(model, offset, end, (byte) 0);
        }
      } else {
        byte[] data = random(length, random.nextLong());
        image.write(offset, ByteBuffer.wrap(data));
        model = java.util.Arrays.copyOf(model, Math.max(model.length, offset + length));
        System.arraycopy(data, 0, model, offset, length);
      }
      if (random.nextInt(3) == 0) {
        image.flush();
      }
    }
    if (random.nextInt(6) == 0) {
      image.flush();
      host.processDied();
      host.opener().openForWriting(volumes.get(name).id(), false).close();
    } else {
      image.close();
    }
    contents.put(name, model);
  }

  private void snapshot() {
    String name = any();
    if (name != null) {
      kept.put(snapshots.create(name, "s" + ++named), contents.get(name).clone());
    }
  }

  private void cloneVolume() {
    String name = any();
    if (name != null && contents.size() < 6) {
      String copy = name();
      new Clones(snapshots).of(volumes.get(name), NewClone.of(copy));
      contents.put(copy, contents.get(name).clone());
    }
  }

  private void cloneSnapshot() {
    Snapshot snapshot = anySnapshot();
    if (snapshot != null && contents.size() < 6) {
      String copy = name();
      new Clones(snapshots).of(snapshot, NewClone.of(copy));
      contents.put(copy, kept.get(snapshot).clone());
    }
  }

  private void removeSnapshot() {
    Snapshot snapshot = anySnapshot();
    if (snapshot != null) {
      snapshots.remove(snapshot);
      new Deletions(volumes).reap(snapshot.volume());
      kept.remove(snapshot);
    }
  }

  private void restore() {
    Snapshot snapshot = anySnapshot();
    Optional<Volume> of = snapshot == null ? Optional.empty() : volumes.find(snapshot.volume());
    if (snapshot == null || of.filter(v -> !v.state().retired()).isEmpty()) {
      return;
    }
    String name = of.get().name();
    String before = name();
    new Restores(snapshots).restore(name, snapshot.name(), Optional.of(before));
    contents.put(before, contents.get(name));
    contents.put(name, kept.get(snapshot).clone());
  }

  private void delete() {
    String name = any();
    if (name != null) {
      new Deletions(volumes).delete(name);
      contents.remove(name);
    }
  }

  private void collect() {
    new GarbageCollection(volumes, false)
        .run(collected -> assertThat(collected.problem()).as("seed %d", seed).isEmpty());
  }

  private void lookAtAll() {
    contents.forEach((name, content) -> {
      VolumeId id = volumes.get(name).id();
      assertThat(read(host.opener().openForReading(id, false)))
          .as("seed %d, %s", seed, name)
          .isEqualTo(content);
    });
    kept.forEach((snapshot, content) ->
        assertThat(read(host.opener().openPinned(snapshot.volume(), snapshot.pin(), "it")))
            .as("seed %d, %s", seed, snapshot)
            .isEqualTo(content));
  }

  /**
   * Without any one of the data objects a volume or a pinned state can't be read, that of a clone
   * included. (A page of the map may be named by a root and never be read, when newer ones speak of
   * all its chunks.)
   */
  private void noObjectIsSuperfluous() {
    for (String key : keys()) {
      if (key.contains("/data/")) {
        ObjectKey object = new ObjectKey(key);
        ByteBuffer body = store.get(object, Purpose.MAP).body();
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        store.delete(List.of(object), Purpose.MAP);
        TestHost fresh = new TestHost(store, execution, "b");
        assertThat(catchThrowable(() -> readAll(fresh)))
            .as("seed %d: nothing needs %s", seed, key)
            .isInstanceOfAny(Damaged.class, ObjectMissing.class);
        store.put(object, Body.of(bytes), Purpose.MAP);
      }
    }
  }

  private void readAll(TestHost fresh) {
    contents
        .keySet()
        .forEach(name -> read(fresh.opener().openForReading(volumes.get(name).id(), false)));
    for (VolumeId id : volumes.naming().allIds()) {
      volumes
          .pins(volumes.find(id).orElseThrow())
          .forEach(pin -> read(fresh.opener().openPinned(id, pin, pin.name())));
    }
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>();
    String after = null;
    while (true) {
      List<ListedObject> page = store.list("", after, 1000, Purpose.MAP);
      page.forEach(object -> keys.add(object.key().value()));
      if (page.size() < 1000) {
        return keys;
      }
      after = page.getLast().key().value();
    }
  }
}
