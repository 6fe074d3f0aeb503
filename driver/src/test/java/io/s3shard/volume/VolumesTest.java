package io.s3shard.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Opening;
import io.s3shard.log.OwnedLog;
import io.s3shard.log.OwnerSettings;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.Writer;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.Purpose;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an administrator does with the volumes of a prefix. */
class VolumesTest {
  private final MemoryStore store = new MemoryStore();
  private final Execution execution = new ThreadExecution();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");

  @Test
  void aNewVolumeIsFoundAndListed() {
    Volume made = volumes.create(NewVolume.of("fs.img", 1 << 30));
    assertThat(volumes.get("fs.img")).isEqualTo(made);
    assertThat(volumes.list()).containsExactly(made);
    assertThat(made.state().sizeBytes()).isEqualTo(1 << 30);
    assertThat(made.state().chunkSizeBytes()).isEqualTo(4 << 20);
  }

  @Test
  void namesMayHoldAnyCharacters() {
    for (String name : List.of("ü %2F\n*", "💾", "-", "a..b", "x".repeat(255))) {
      volumes.create(NewVolume.of(name, 1));
      assertThat(volumes.get(name).name()).isEqualTo(name);
    }
    assertThat(volumes.list()).hasSize(5);
  }

  @Test
  void badNamesAreRefusedWithWhatIsAllowed() {
    assertThatThrownBy(() -> NewVolume.of("ü".repeat(128), 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage("the name is 256 bytes long, at most 255 are allowed");
    assertThatThrownBy(() -> NewVolume.of("a/b", 1)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> NewVolume.of("\ud800", 1))
        .hasMessage("a volume's name must be valid UTF-8");
  }

  @Test
  void sizesAndChunkSizesHaveLimits() {
    assertThatThrownBy(() -> NewVolume.of("a", (64L << 40) + 1))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("at most 64TiB");
    for (int chunk : new int[] {0, 128 << 10, 3 << 20, 128 << 20}) {
      assertThatThrownBy(() -> new NewVolume("a", 1, chunk, new java.util.TreeMap<>()))
          .hasMessage(
              "a chunk size of "
                  + chunk
                  + " bytes is not allowed: a power of two from 256KiB to 64MiB");
    }
  }

  @Test
  void aNameIsTakenOnce() {
    volumes.create(NewVolume.of("a", 1));
    assertThatThrownBy(() -> volumes.create(NewVolume.of("a", 1)))
        .isInstanceOf(VolumeExists.class)
        .hasMessage("a volume \"a\" exists: choose another name, or remove it with 's3shard rm'");
  }

  @Test
  void ofManyCreatorsOneWins() {
    List<Execution.Task<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tasks.add(execution.fork("create", () -> createdOnce("contested")));
    }
    assertThat(tasks.stream().filter(Execution.Task::join)).hasSize(1);
    assertThat(volumes.list()).hasSize(1);
  }

  private boolean createdOnce(String name) {
    try {
      volumes.create(NewVolume.of(name, 1));
      return true;
    } catch (VolumeExists e) {
      return false;
    }
  }

  @Test
  void aHalfMadeVolumeIsCompleted() {
    VolumeId id = new VolumeId("0".repeat(32));
    assertThat(new NameIndex(store).claim("half", id)).isTrue();
    assertThat(volumes.find("half")).isEmpty();
    assertThat(volumes.create(NewVolume.of("half", 5)).id()).isEqualTo(id);
  }

  @Test
  void theEntryOfARetiredOrRenamedVolumeIsReplaced() {
    Volume first = volumes.create(NewVolume.of("a", 1));
    volumes.rename("a", "b");
    new NameIndex(store).claim("a", first.id());
    Volume second = volumes.create(NewVolume.of("a", 2));
    assertThat(volumes.get("a").id()).isEqualTo(second.id()).isNotEqualTo(first.id());
    assertThat(volumes.get("b").id()).isEqualTo(first.id());

    new Deletions(volumes).retire("a");
    assertThat(volumes.create(NewVolume.of("a", 3)).id()).isNotEqualTo(second.id());
  }

  @Test
  void whoeverReplacesAStaleEntryLooksForAnotherVolumeOfThisName() {
    Volume stale = volumes.create(NewVolume.of("a", 1));
    volumes.rename("a", "b");
    // a volume that is called "a", whose entry somebody else's unconditional delete has hit
    VolumeId twin = new VolumeId("1".repeat(32));
    new VolumeLog(twin, store, execution).create(NewVolume.of("a", 1).record(execution.now()));
    new NameIndex(store).claim("a", stale.id());
    assertThatThrownBy(() -> volumes.create(NewVolume.of("a", 1))).isInstanceOf(VolumeExists.class);
    assertThat(new NameIndex(store).read("a")).isEmpty();
  }

  @Test
  void aRenamedVolumeKeepsItsIdAndFreesItsName() {
    Volume made = volumes.create(NewVolume.of("old", 1));
    volumes.rename("old", "new");
    assertThat(volumes.get("new").id()).isEqualTo(made.id());
    assertThat(volumes.find("old")).isEmpty();
    assertThat(new NameIndex(store).names()).containsExactly("new");
    volumes.create(NewVolume.of("old", 1));
  }

  @Test
  void aRenameNeverReplacesAVolume() {
    volumes.create(NewVolume.of("a", 1));
    volumes.create(NewVolume.of("b", 1));
    assertThatThrownBy(() -> volumes.rename("a", "b")).isInstanceOf(VolumeExists.class);
    assertThatThrownBy(() -> volumes.rename("c", "d")).isInstanceOf(VolumeMissing.class);
    assertThatThrownBy(() -> volumes.rename("a", "..")).isInstanceOf(InvalidRequest.class);
    assertThat(volumes.list()).extracting(Volume::name).containsExactly("a", "b");
  }

  @Test
  void aVolumeGrowsAndNeverShrinks() {
    volumes.create(NewVolume.of("a", 1000));
    assertThat(volumes.resize("a", 2000).state().sizeBytes()).isEqualTo(2000);
    assertThat(volumes.resize("a", 2000).state().sizeBytes()).isEqualTo(2000);
    assertThatThrownBy(() -> volumes.resize("a", 1999))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "\"a\" has 2000 bytes and can't shrink to 1999: make a smaller volume and copy the files");
    assertThatThrownBy(() -> volumes.resize("a", (64L << 40) + 1))
        .hasMessageContaining("at most 64TiB");
    assertThat(volumes.get("a").state().sizeBytes()).isEqualTo(2000);
  }

  @Test
  void detachEndsTheOpenEpochAndSaysWhose() {
    Volume made = volumes.create(NewVolume.of("a", 1000));
    OwnedLog owned = open(made.id());
    assertThat(volumes.detach("a", "test").orElseThrow().epoch()).isEqualTo(owned.epoch());
    assertThat(volumes.get("a").state().owner()).isEmpty();
    assertThatThrownBy(owned::catchUp).isInstanceOf(io.s3shard.error.Fenced.class);
    assertThat(volumes.detach("a", "test")).isEmpty();
  }

  @Test
  void aDamagedEntryIsNoMissingVolume() {
    store.put(
        Layout.name("a"),
        Body.of(
            "nothing that we wrote, and long enough for a footer".getBytes(StandardCharsets.UTF_8)),
        Purpose.MAP);
    assertThatThrownBy(() -> volumes.find("a"))
        .isInstanceOf(io.s3shard.error.Damaged.class)
        .hasMessageContaining("names/a");
  }

  private OwnedLog open(VolumeId id) {
    Writer writer = new Writer(Writer.id(execution.randomBytes(16)), "n1", "host", "boot", "test");
    OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
    return new Opening(new VolumeLog(id, store, execution))
        .open(writer, 0, false, settings)
        .orElseThrow();
  }
}
