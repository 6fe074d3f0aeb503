package io.s3shard.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Swept;
import io.s3shard.log.LogRecord;
import io.s3shard.log.Opening;
import io.s3shard.log.OwnedLog;
import io.s3shard.log.OwnerSettings;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.Writer;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoredObject;
import io.s3shard.testing.ForwardingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of volumes that are deleted, and of their room. */
class DeletionsTest {
  private final MemoryStore store = new MemoryStore();
  private final Execution execution = new ThreadExecution();
  private final Volumes volumes = new Volumes(store, execution, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final Clones clones = new Clones(snapshots);
  private final Deletions deletions = new Deletions(volumes);

  @Test
  void anOpenVolumeIsNotDeleted() {
    Volume made = volumes.create(NewVolume.of("a", 1000));
    open(made.id());
    assertThatThrownBy(() -> deletions.retire("a"))
        .isInstanceOf(VolumeBusy.class)
        .hasMessageMatching(
            "\"a\" is open by node n1 \\(test\\) since [-0-9]+T[:0-9]+Z: unmount it there, or fence it with"
                + " 's3shard detach --force s3://b/p a'");
    assertThat(volumes.get("a").state().retired()).isFalse();
  }

  @Test
  void whoNeedsAVolumeIsNamed() {
    snapshots.create(volumes.create(NewVolume.of("a", 1000)).id(), "monday");
    clones.of(volumes.get("a"), NewClone.of("copy"));
    assertThatThrownBy(() -> deletions.refuseNeeded(volumes.get("a")))
        .isInstanceOf(VolumeBusy.class)
        .hasMessage(
            "\"a\" is needed by 2 others: snapshot \"a@monday\", clone \"copy\": remove these first");
    deletions.refuseNeeded(volumes.get("copy"));
  }

  @Test
  void aVolumeThatIsNeededKeepsItsDataUntilTheLastPinIsGone() {
    Volume made = withData();
    Snapshot monday = snapshots.create("a", "monday");
    Volume copy = clones.of(volumes.get("a"), NewClone.of("copy"));
    deletions.retire("a");
    assertThat(new NameIndex(store).names()).as("its name is free").containsExactly("copy");
    assertThat(deletions.reap(made.id()).objects())
        .as("nothing has ever named them; both COMMITs stay")
        .isEqualTo(2001);

    snapshots.remove(monday);
    assertThat(deletions.reap(made.id())).isEqualTo(Swept.NOTHING);
    deletions.retire("copy");
    assertThat(deletions.reap(copy.id()).objects()).as("those of its source").isEqualTo(2);
    assertThat(keys(Layout.dataFolder(made.id()))).isEmpty();
    assertThat(volumes.find(made.id()).orElseThrow().state().pins().count()).isZero();
  }

  @Test
  void aCloneOfAPurgedVolumeCanBeReaped() {
    Volume made = volumes.create(NewVolume.of("a", 1000));
    Volume copy = clones.of(made, NewClone.of("copy"));
    store.delete(keys(Layout.logFolder(made.id())), Purpose.BACKGROUND);
    deletions.retire("copy");
    deletions.reap(copy.id());
    assertThat(volumes.list()).isEmpty();
  }

  @Test
  void whoHasOpenedItSinceItWasLookedAtIsNotFenced() {
    Volume made = volumes.create(NewVolume.of("a", 1000));
    OwnedLog[] opened = new OwnedLog[1];
    ForwardingStore late =
        new ForwardingStore(store) {
          @Override
          public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
            StoredObject record = super.getIfMatch(key, etag, purpose);
            opened[0] = opened[0] == null ? open(made.id()) : opened[0];
            return record;
          }
        };
    Deletions behind = new Deletions(new Volumes(late, execution, "s3://b/p"));
    assertThatThrownBy(() -> behind.retire("a")).isInstanceOf(VolumeBusy.class);
    opened[0].close("well");
    assertThat(volumes.get("a").state().retired()).isFalse();
  }

  @Test
  void whatWasRenamedSinceItWasLookedAtIsNotDeleted() {
    Volume made = volumes.create(NewVolume.of("a", 1000));
    boolean[] done = new boolean[1];
    ForwardingStore late =
        new ForwardingStore(store) {
          @Override
          public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
            if (!done[0]) {
              done[0] = true;
              volumes.rename("a", "b");
            }
            return super.putIfAbsent(key, body, purpose);
          }
        };
    Deletions behind = new Deletions(new Volumes(late, execution, "s3://b/p"));
    assertThatThrownBy(() -> behind.retire("a")).isInstanceOf(VolumeMissing.class);
    assertThat(volumes.get("b").id()).isEqualTo(made.id());
  }

  @Test
  void aDeletedVolumeLeavesOnlyControlRecords() {
    Volume made = withData();
    Volume retired = deletions.retire("a");
    assertThat(volumes.find("a")).isEmpty();
    assertThat(deletions.findRetired("a").orElseThrow().id()).isEqualTo(made.id());

    Swept reaped = deletions.reap(retired.id());

    assertThat(reaped.objects()).isEqualTo(2003);
    assertThat(keys(Layout.dataFolder(made.id()))).isEmpty();
    assertThat(keys(Layout.mapFolder(made.id()))).isEmpty();
    assertThat(new NameIndex(store).names()).isEmpty();
    // CREATE, OPEN, CLOSE, RETIRE; both COMMITs are gone
    assertThat(keys(Layout.logFolder(made.id()))).hasSize(4);
    assertThat(new VolumeLog(made.id(), store, execution).load().state().retired()).isTrue();
    assertThat(deletions.reap(retired.id()).objects()).isZero();
  }

  @Test
  void whatALoadBeginsWithIsKept() {
    Volume made = withData();
    // a RETIRE that was put blind carries no state: a load goes back to the CLOSE before it, or
    // here to a COMMIT
    VolumeLog log = new VolumeLog(made.id(), store, execution);
    OwnedLog owned = open(made.id());
    owned.commit(commit(owned, 3000), List.of());
    Volume retired = volumes.detach("a", "test").map(_ -> deletions.retire("a")).orElseThrow();
    deletions.reap(retired.id());
    assertThat(log.load().state().sizeBytes()).isEqualTo(3000);
  }

  @Test
  void reapingGoesOnWhereItWasCutOff() {
    Volume made = withData();
    Volume retired = deletions.retire("a");
    store.delete(keys(Layout.dataFolder(made.id())).subList(0, 500), Purpose.BACKGROUND);
    assertThat(deletions.reap(made.id()).objects()).isEqualTo(1503);
    assertThat(deletions.findRetired("a")).isEmpty();
    assertThat(retired.state().retired()).isTrue();
  }

  private Volume withData() {
    Volume made = volumes.create(NewVolume.of("a", 1000));
    OwnedLog owned = open(made.id());
    owned.commit(commit(owned, 1000), List.of());
    owned.commit(commit(owned, 2000), List.of());
    owned.close("test");
    for (int i = 0; i < 2000; i++) {
      store.put(ObjectRef.data(made.id(), 2, 2, i, 0).key(), Body.of(new byte[1]), Purpose.FLUSH);
    }
    store.put(ObjectRef.map(made.id(), 2, 2, 7).key(), Body.of(new byte[1]), Purpose.FLUSH);
    return made;
  }

  private static LogRecord.Commit commit(OwnedLog owned, long size) {
    return new LogRecord.Commit(
        owned.epoch(), 0, size, List.of(), Optional.empty(), Optional.empty());
  }

  private OwnedLog open(VolumeId id) {
    Writer writer = new Writer(Writer.id(execution.randomBytes(16)), "n1", "host", "boot", "test");
    OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
    return new Opening(new VolumeLog(id, store, execution))
        .open(writer, 0, false, settings)
        .orElseThrow();
  }

  private List<ObjectKey> keys(String prefix) {
    List<ObjectKey> keys = new ArrayList<>();
    String after = null;
    while (true) {
      var page = store.list(prefix, after, 1000, Purpose.MAP);
      page.forEach(o -> keys.add(o.key()));
      if (page.size() < 1000) {
        return keys;
      }
      after = page.getLast().key().value();
    }
  }
}
