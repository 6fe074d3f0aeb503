package io.s3shard.log;

import static io.s3shard.log.Records.VOLUME;
import static io.s3shard.log.Records.commit;
import static io.s3shard.log.Records.open;
import static io.s3shard.log.Records.pin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeMissing;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.LogCounters.Event;
import io.s3shard.store.Body;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Loading: where it begins, what it believes, and what it does when the log changes under it. */
class LoadingTest {
  private final LogWorld world = LogWorld.created();

  @Test
  void aVolumeThatIsNotThereIsMissing() {
    VolumeLog none = new VolumeLog(Records.OTHER, world.store, world.time);
    assertThatThrownBy(none::load)
        .isInstanceOf(VolumeMissing.class)
        .hasMessageContaining(Records.OTHER.value());
  }

  @Test
  void anAbandonedVolumeIsMissing() {
    VolumeLog abandoned = new VolumeLog(Records.OTHER, world.store, world.time);
    assertThat(abandoned.create(Records.create(false, true))).isTrue();
    assertThatThrownBy(abandoned::load)
        .isInstanceOf(VolumeMissing.class)
        .hasMessageContaining("given up");
  }

  @Test
  void takesAListAndAGetWhateverTheLengthOfTheLog() {
    OwnedLog owner = world.open();
    for (int i = 0; i < 100; i++) {
      world.commit(owner);
    }
    world.store.lists = 0;
    world.store.gets = 0;
    assertThat(world.log.load().state()).isEqualTo(world.fold());
    assertThat(world.store.lists).isEqualTo(1);
    assertThat(world.store.gets).isEqualTo(1);
  }

  @Test
  void walksBackOverBlindRecordsAndAppliesThem() {
    world.open();
    for (int i = 0; i < 40; i++) {
      world.blind(3 + i, pin("p" + i));
    }
    LoadedLog loaded = world.log.load();
    assertThat(loaded.state()).isEqualTo(world.fold());
    assertThat(loaded.state().pins().count()).isEqualTo(40);
  }

  @Test
  void theRecordAfterABlindOneCarriesItsEffect() {
    OwnedLog owner = world.open();
    world.blind(3, pin("p"));
    world.commit(owner);
    world.store.gets = 0;
    assertThat(world.log.load().state()).isEqualTo(world.fold());
    assertThat(world.store.gets).isEqualTo(1);
  }

  @Test
  void aVoidRecordChangesNothingButTheTail() {
    world.open();
    world.blind(3, open("n2", 0));
    world.blind(4, new LogRecord.Close(7, ""));
    LoadedLog loaded = world.log.load();
    assertThat(loaded.state().tail()).isEqualTo(4);
    assertThat(loaded.state().openEpoch()).isEqualTo(2);
  }

  @Test
  void aRecordInATrimmedSlotDoesNotComeToLife() {
    OwnedLog owner = world.open();
    world.commit(owner);
    world.checkpointAndTrim(owner);
    world.blind(3, new LogRecord.Close(2, "late"));
    world.blind(4, pin("late"));
    LoadedLog loaded = world.log.load();
    assertThat(loaded.state().openEpoch()).isEqualTo(2);
    assertThat(world.log.pins(loaded.state())).isEmpty();
    assertThat(loaded.checkpoint().orElseThrow().covers()).isEqualTo(4);
  }

  @Test
  void aSlotThatWasFilledAnewSinceTheListIsLoadedAgain() {
    OwnedLog owner = world.open();
    world.commit(owner);
    world.store.afterLists.add(() -> {
      world.checkpointAndTrim(owner);
      world.blind(3, new LogRecord.Close(2, "late"));
    });
    LoadedLog loaded = world.log.load();
    assertThat(loaded.state().openEpoch()).isEqualTo(2);
    assertThat(loaded.state().tail()).isEqualTo(5);
    assertThat(world.log.counters().of(Event.LOAD_AGAIN)).isEqualTo(1);
  }

  @Test
  void aSlotThatIsGoneSinceTheListIsLoadedAgain() {
    OwnedLog owner = world.open();
    world.commit(owner);
    world.blind(4, pin("p"));
    // The newest record is blind; before the load goes back to slot 3, it is trimmed.
    world.store.beforeGets.add(() -> {});
    world.store.beforeGets.add(() -> world.checkpointAndTrim(owner));
    assertThat(world.log.load().state().tail()).isEqualTo(6);
    assertThat(world.log.counters().of(Event.LOAD_AGAIN)).isEqualTo(1);
  }

  @Test
  void aLogThatNeverHoldsStillIsUnavailable() {
    AlwaysGone changing = new AlwaysGone(world.store.bucket, true);
    VolumeLog hopeless = new VolumeLog(VOLUME, changing, world.time);
    assertThatThrownBy(hopeless::load)
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("16 times");
  }

  @Test
  void whatIsMissingInALogThatHoldsStillIsDamage() {
    VolumeLog damaged =
        new VolumeLog(VOLUME, new AlwaysGone(world.store.bucket, false), world.time);
    assertThatThrownBy(damaged::load)
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("there is no object " + Layout.log(VOLUME, 1).value())
        .hasMessageEndingWith("restore it from a copy of the bucket");
    assertThat(damaged.counters().of(Event.LOAD_AGAIN)).isEqualTo(1);
  }

  @Test
  void damageIsReportedWithTheKey() {
    byte[] junk =
        "not ours, and longer than a footer is, to be sure"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    world.store.bucket.put(Layout.log(VOLUME, 2), Body.of(junk), Purpose.LOG);
    assertThatThrownBy(() -> world.log.load())
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(Layout.log(VOLUME, 2).value());
  }

  @Test
  void anOlderStateIsLoadedAtAPin() {
    OwnedLog owner = world.open();
    world.commit(owner);
    long position = world.elsewhere(pin("p")).slot();
    VolumeState then = world.log.load().state();
    world.commit(owner);
    world.elsewhere(new LogRecord.Close(2, ""));
    assertThat(world.log.loadAt(position).state()).isEqualTo(then);
    assertThat(world.log.loadAt(position).state().tail()).isEqualTo(4);
    assertThatThrownBy(() -> world.log.loadAt(99)).isInstanceOf(VolumeMissing.class);
  }

  @Test
  void commitsAreThoseThatStand() {
    OwnedLog owner = world.open();
    LogRecord.Commit first = world.commit(owner).commit();
    world.blind(4, pin("p"));
    LogRecord.Commit second = world.commit(owner).commit();
    world.elsewhere(open("n2", 2));
    VolumeState fenced = world.log.load().state();
    // A COMMIT of the epoch that was fenced, which claims that it still was the owner's.
    world.claim(fenced.apply(7, commit(2, 9, 0)), commit(2, 9, 0));
    world.blind(8, new LogRecord.Hold("g"));
    assertThat(world.log.commits(0, 8))
        .containsExactly(new CommitAt(3, first), new CommitAt(5, second));
    assertThat(world.log.commits(3, 8)).containsExactly(new CommitAt(5, second));
    assertThat(world.log.commits(5, 5)).isEmpty();
  }

  @Test
  void aCommitUnderAHoldIsVoid() {
    OwnedLog owner = world.open();
    world.commit(owner);
    world.blind(4, new LogRecord.Hold("g"));
    VolumeState held = world.log.load().state();
    world.claim(held.apply(5, commit(2, 9, 0)), commit(2, 9, 0));
    assertThat(world.log.commits(2, 5)).extracting(CommitAt::slot).containsExactly(3L);
  }

  @Test
  void aClaimAloneDecidesOnlyBeforeTheFirstInformedRecord() {
    world.open();
    VolumeState before = world.log.load().state();
    world.blind(3, pin("p"));
    LogRecord.Commit lies = commit(7, 1, 0);
    world.claim(before.apply(3, pin("p")).apply(4, lies), lies);
    assertThat(world.log.commits(2, 4)).isEmpty();
  }

  @Test
  void extentsElsewhereAreFetchedAndInlineOnesNameTheirSlot() {
    OwnedLog owner = world.open();
    ObjectRef index = ObjectRef.map(VOLUME, 2, 2, 1);
    ObjectRef object = ObjectRef.data(VOLUME, 2, 2, 2, 8);
    List<Extent> extents =
        List.of(
            Extent.of(new BlockRange(0, 1), LogWorld.inline(1), 0),
            Extent.of(new BlockRange(4, 8), object, 0));
    world.store.put(index.key(), ExtentsCodec.encodeObject(index, extents), Purpose.FLUSH);
    LogRecord.Commit draft =
        new LogRecord.Commit(2, 1, 0, extents, Optional.of(index), Optional.empty());
    CommitAt landed = owner.commit(draft, List.of(ByteBuffer.allocate(4096)));
    assertThat(landed.commit().extents().getFirst())
        .isEqualTo(Extent.of(new BlockRange(0, 1), ObjectRef.log(VOLUME, 3, 1), 0));
    assertThat(world.log.commits(0, 3)).containsExactly(landed);
  }

  @Test
  void aTrimmedCommitIsMissing() {
    OwnedLog owner = world.open();
    world.commit(owner);
    world.checkpointAndTrim(owner);
    assertThatThrownBy(() -> world.log.commits(0, 5)).isInstanceOf(ObjectMissing.class);
    assertThat(world.log.commits(4, 5)).hasSize(1);
  }

  @Test
  void aTrimmedSlotThatWasFilledAnewIsNotTakenForWhatItHeld() {
    OwnedLog owner = world.open();
    world.commit(owner);
    LoadedLog log = world.log.load();
    world.store.beforeGets.add(() -> {
      world.checkpointAndTrim(owner);
      world.blind(3, pin("late"));
    });
    assertThatThrownBy(() -> world.log.commits(0, log.state().tail()))
        .isInstanceOf(ObjectMissing.class)
        .hasMessageContaining("checkpointed");
  }

  @Test
  void anOwnerThatWasPausedDoesNotMissACommitThatASuccessorHasTrimmed() {
    world.commit(world.open());
    OwnedLog paused = world.open(world.log, "n2", 2).orElseThrow();
    world.store.beforeGets.add(() -> {
      OwnedLog successor = world.open(world.others, "n3", paused.epoch()).orElseThrow();
      world.checkpointAndTrim(successor);
      world.blind(3, pin("late"));
    });
    assertThatThrownBy(() -> world.log.commits(0, paused.state().tail()))
        .isInstanceOf(ObjectMissing.class);
  }

  @Test
  void whatAPinProtectsIsReadBesideACheckpoint() {
    OwnedLog owner = world.open();
    world.commit(owner);
    long position = world.elsewhere(pin("p")).slot();
    owner.commit(Records.checkpoint(owner.epoch(), 3), List.of());
    assertThat(world.log.commits(0, position)).extracting(CommitAt::slot).containsExactly(3L);

    world.elsewhere(new LogRecord.Unpin(position));
    assertThatThrownBy(() -> world.log.commits(0, position)).isInstanceOf(ObjectMissing.class);
  }

  @Test
  void aListingAtATimeIsBelievedAndALongerOneIsAskedForWhenItIsTooShort() {
    OwnedLog owner = world.open();
    world.commit(owner);
    for (int i = 0; i < 40; i++) {
      world.blind(4 + i, pin("p" + i));
    }
    world.store.lists = 0;
    assertThat(world.log.load().state()).isEqualTo(world.fold());
    assertThat(world.store.lists).isEqualTo(2);
  }
}
