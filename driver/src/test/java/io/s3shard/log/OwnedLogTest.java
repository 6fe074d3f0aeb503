package io.s3shard.log;

import static io.s3shard.log.LogWorld.plain;
import static io.s3shard.log.Records.VOLUME;
import static io.s3shard.log.Records.open;
import static io.s3shard.log.Records.pin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.LogCounters.Event;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an owner does at its next slot: its own record, somebody else's, or nothing that can be
 * told.
 */
class OwnedLogTest {
  private static final LogRecord HOLD = new LogRecord.Hold("g");

  private final LogWorld world = LogWorld.created();
  private final OwnedLog owner = world.open();

  @Test
  void commitsFollowEachOther() {
    assertThat(owner.epoch()).isEqualTo(2);
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    assertThat(world.commit(owner).slot()).isEqualTo(4);
    assertThat(owner.nextSlot()).isEqualTo(5);
    assertThat(owner.state()).isEqualTo(world.fold());
    assertThat(world.log.load().state()).isEqualTo(owner.state());
  }

  @Test
  void aFlushIsOnePut() {
    world.store.putKeys.clear();
    world.store.gets = 0;
    world.store.lists = 0;
    world.commit(owner);
    assertThat(world.store.putKeys).hasSize(1);
    assertThat(world.store.gets + world.store.lists).isZero();
  }

  @Test
  void aCheckpointIsNamedFromItsCommitOn() {
    world.commit(owner);
    assertThat(owner.checkpoint()).isEmpty();
    owner.commit(Records.checkpoint(2, 3), List.of());
    Optional<Checkpoint> checkpoint = owner.checkpoint();
    assertThat(checkpoint.orElseThrow().covers()).isEqualTo(3);
    world.commit(owner);
    assertThat(owner.checkpoint()).isEqualTo(checkpoint);
    assertThat(world.log.load().checkpoint()).isEqualTo(checkpoint);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aForeignRecordThatDoesNotFenceIsTakenIn(boolean blind) {
    LogRecord foreign = Records.size(1 << 30);
    world.store.nextPuts.add(
        world.store.after(() -> {
          if (blind) {
            world.blind(3, foreign);
            world.blind(4, pin("p"));
          } else {
            world.elsewhere(foreign);
            world.elsewhere(pin("p"));
          }
        }));
    assertThat(world.commit(owner).slot()).isEqualTo(5);
    assertThat(owner.state().sizeBytes()).isEqualTo(1 << 30);
    assertThat(owner.state().pins().live()).hasSize(1);
    assertThat(owner.state()).isEqualTo(world.fold());
    assertThat(world.log.load().state()).isEqualTo(world.fold());
    assertThat(world.log.counters().of(Event.COMMIT_LOST)).isEqualTo(2);
  }

  @Test
  void whateverEndsTheEpochFences() {
    fencedBy(open("n2", 2), "node n2");
    fencedBy(new LogRecord.Close(2, "by hand"), "by hand");
    fencedBy(new LogRecord.Detach("n1"), "node n1 was detached");
    fencedBy(new LogRecord.Retire("rm"), "deleted");
  }

  private static void fencedBy(LogRecord record, String why) {
    LogWorld world = LogWorld.created();
    OwnedLog owner = world.open();
    world.commit(owner);
    world.elsewhere(record);
    int records = world.slots().size();
    assertThatThrownBy(() -> world.commit(owner))
        .isInstanceOf(Fenced.class)
        .hasMessageContaining(why);
    assertThatThrownBy(() -> world.commit(owner)).isInstanceOf(Fenced.class);
    assertThatThrownBy(() -> owner.append(_ -> pin("p"))).isInstanceOf(Fenced.class);
    assertThatThrownBy(() -> owner.close("umount")).isInstanceOf(Fenced.class);
    assertThatThrownBy(owner::catchUp).isInstanceOf(Fenced.class);
    assertThat(world.slots()).hasSize(records);
  }

  @Test
  void anAnswerThatWasLostIsFoundInTheSlot() {
    world.store.nextPuts.add(world.store::landsUnheard);
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    assertThat(world.slots()).hasSize(3);
  }

  @Test
  void aPutThatWasLostIsSentAgainAsTheSameBytes() {
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    world.store.nextPuts.add(world.store::landsUnheard);
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    assertThat(world.store.putKeys).endsWith(Layout.log(VOLUME, 3), Layout.log(VOLUME, 3));
  }

  @Test
  void aPutThatLandsLaterIsOurs() {
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    world.store.nextPuts.add((key, body) -> {
      world.store.landsUnheard(key, body);
      return world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
    });
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    assertThat(world.commit(owner).slot()).isEqualTo(4);
  }

  @Test
  void anAnswerOfTakenThatIsWrongIsSeenThrough() {
    world.store.nextPuts.add((key, body) -> {
      world.store.landsUnheard(key, body);
      return PutOutcome.LOST;
    });
    assertThat(world.commit(owner).slot()).isEqualTo(3);
  }

  @Test
  void afterALostAnswerTheSlotMayBeAnothers() {
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    world.store.nextPuts.add(world.store.after(() -> world.elsewhere(open("n2", 2))));
    assertThatThrownBy(() -> world.commit(owner)).isInstanceOf(Fenced.class);
  }

  @Test
  void takenAndThenEmptyMeansFenced() {
    world.store.nextPuts.add((_, _) -> PutOutcome.LOST);
    assertThatThrownBy(() -> world.commit(owner))
        .isInstanceOf(Fenced.class)
        .hasMessageContaining("went on without");
    assertThatThrownBy(() -> world.commit(owner)).isInstanceOf(Fenced.class);
  }

  @Test
  void whenToldToStopTheOutcomeIsUnknownAndTheLogIsPoisoned() {
    for (int i = 0; i < 10; i++) {
      world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    }
    for (int i = 0; i < 9; i++) {
      world.time.duringSleeps.add(() -> world.giveUp = world.store.nextPuts.size() < 3);
    }
    assertThatThrownBy(() -> world.commit(owner)).isInstanceOf(StoreUnavailable.class);
    assertThat(world.store.nextPuts).as("puts that were not needed").hasSize(1);
    world.giveUp = false;
    assertThatThrownBy(() -> world.commit(owner))
        .isInstanceOf(Poisoned.class)
        .hasMessageContaining("open the volume anew");
    assertThatThrownBy(() -> owner.close("umount")).isInstanceOf(Poisoned.class);
    assertThat(world.slots()).hasSize(2);
  }

  @Test
  void anOutageIsAPause() {
    for (int i = 0; i < 200; i++) {
      world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    }
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    assertThat(world.time.sleptNanos).isGreaterThan(180_000_000_000L);
  }

  @Test
  void whatANewerVersionWroteStopsTheOwner() {
    io.s3shard.proto.v1.LogRecord newer =
        io.s3shard.proto.v1.LogRecord.newBuilder()
            .setVolumeId(VOLUME.value())
            .setSlot(3)
            .setNonce(com.google.protobuf.ByteString.copyFrom(new byte[16]))
            .build();
    ObjectKey key = Layout.log(VOLUME, 3);
    world.store.put(
        key,
        ObjectFormat.encode(ObjectFormat.Kind.LOG_RECORD, key, List.of(), newer.toByteArray()),
        Purpose.LOG);
    assertThatThrownBy(() -> world.commit(owner))
        .isInstanceOf(StoreRefused.class)
        .hasMessageContaining("upgrade");
    assertThatThrownBy(() -> world.commit(owner)).isInstanceOf(S3ShardException.class);
    assertThat(world.slots()).hasSize(3);
  }

  @Test
  void aTwinThatCommitsInTheSameEpochFences() {
    OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
    OwnedLog twin =
        new OwnedLog(world.others, new LoadedLog(owner.state(), owner.checkpoint()), settings);
    world.commit(twin);
    assertThatThrownBy(() -> world.commit(owner))
        .isInstanceOf(Fenced.class)
        .hasMessageContaining("another process");
  }

  @Test
  void oneCommitIsInFlightAtATime() {
    world.store.nextPuts.add(
        world.store.after(() ->
            assertThatThrownBy(() -> world.commit(owner))
                .isInstanceOf(IllegalStateException.class)));
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    assertThatThrownBy(() -> owner.commit(Records.commit(7, 0, 0), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ownRecordsNeedNoLoad() {
    world.store.lists = 0;
    Appended appended = owner.append(_ -> pin("p"));
    assertThat(appended.slot()).isEqualTo(3);
    assertThat(appended.log().state().pins().live()).hasSize(1);
    assertThat(owner.state()).isEqualTo(world.fold());
    assertThat(world.store.lists).isZero();
    assertThatThrownBy(() -> owner.append(_ -> Records.size(1))).isInstanceOf(InvalidRequest.class);
    assertThat(world.commit(owner).slot()).isEqualTo(4);
  }

  @Test
  void closeEndsTheEpoch() {
    world.commit(owner);
    owner.close("umount");
    assertThat(world.log.load().state().owner()).isEmpty();
    assertThatThrownBy(() -> world.commit(owner))
        .isInstanceOf(Fenced.class)
        .hasMessageContaining("closed");
    assertThat(world.open(world.log, "n2", 0).orElseThrow().epoch()).isEqualTo(5);
  }

  @Test
  void anIdleOwnerReadsOnWhenAsked() {
    world.elsewhere(Records.size(1 << 30));
    world.elsewhere(pin("p"));
    assertThat(owner.state().tail()).isEqualTo(2);
    assertThat(owner.catchUp().sizeBytes()).isEqualTo(1 << 30);
    assertThat(owner.state().tail()).isEqualTo(4);
  }

  @Test
  void aHoldKeepsCommitsWaitingUntilItsPin() {
    world.elsewhere(HOLD);
    world.time.duringSleeps.add(() -> world.elsewhere(pin("other")));
    world.time.duringSleeps.add(() -> world.elsewhere(pin("snap", 0, "g")));
    CommitAt committed = world.commit(owner);
    assertThat(committed.slot()).isEqualTo(6);
    assertThat(owner.state()).isEqualTo(world.fold());
    assertThat(world.log.counters().of(Event.HOLD_MET)).isEqualTo(1);
    assertThat(world.log.counters().of(Event.HOLD_RELEASED)).isZero();
  }

  @Test
  void theGroupsPinMayComeThroughTheOwnerItself() {
    world.elsewhere(HOLD);
    world.time.duringSleeps.add(() -> owner.append(_ -> pin("snap", 0, "g")));
    assertThat(world.commit(owner).slot()).isEqualTo(5);
  }

  @Test
  void aHoldIsReleasedAfterThreeSeconds() {
    world.elsewhere(HOLD);
    long before = world.time.nanoTime();
    assertThat(world.commit(owner).slot()).isEqualTo(5);
    assertThat(world.at(4)).contains(new LogRecord.Release("g"));
    assertThat(world.time.nanoTime() - before).isBetween(3_000_000_000L, 3_500_000_000L);
  }

  @Test
  void aHoldIsReleasedWhenAWriterHasWaited() {
    world.elsewhere(HOLD);
    world.time.duringSleeps.add(() -> world.writerWaits = true);
    world.commit(owner);
    assertThat(world.at(4)).contains(new LogRecord.Release("g"));
    assertThat(world.time.sleptNanos).isLessThan(1_000_000_000L);
  }

  @Test
  void anotherHoldAfterTheReleaseHoldsAgain() {
    world.elsewhere(HOLD);
    world.writerWaits = true;
    world.store.nextPuts.add(
        (key, body) -> world.store.bucket.putIfAbsent(key, body, Purpose.LOG)); // COMMIT, lost
    world.store.nextPuts.add((key, body) -> {
      PutOutcome released = world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
      world.elsewhere(new LogRecord.Hold("h"));
      return released;
    });
    assertThat(world.commit(owner).slot()).isEqualTo(7);
    assertThat(world.at(4)).contains(new LogRecord.Release("g"));
    assertThat(world.at(6)).contains(new LogRecord.Release("h"));
  }

  @Test
  void theOwnerGoesOnOnlyOnceTheReleaseIsInTheLog() {
    world.elsewhere(HOLD);
    world.writerWaits = true;
    world.store.nextPuts.add(
        (key, body) -> world.store.bucket.putIfAbsent(key, body, Purpose.LOG)); // COMMIT, lost
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN); // RELEASE
    world.store.nextPuts.add(world.store.after(() -> world.elsewhere(pin("snap", 0, "g"))));
    assertThat(world.commit(owner).slot()).isEqualTo(5);
    assertThat(world.at(4)).contains(pin("snap", 0, "g"));
  }

  @Test
  void aHoldThatComesThroughTheOwnerDuringItsPauseIsObserved() {
    for (int i = 0; i < 32; i++) {
      commitIn(10_000_000);
    }
    world.time.duringSleeps.add(() -> owner.append(_ -> HOLD));
    long hold = owner.nextSlot();
    world.writerWaits = true;
    assertThat(world.commit(owner).slot()).isEqualTo(hold + 2);
    assertThat(world.at(hold)).contains(HOLD);
    assertThat(world.at(hold + 1)).contains(new LogRecord.Release("g"));
  }

  @Test
  void aSuccessorKnowsTheCheckpoint() {
    world.commit(owner);
    world.checkpointAndTrim(owner);
    OwnedLog successor = world.open(world.log, "n2", 2).orElseThrow();
    assertThat(successor.checkpoint()).isEqualTo(owner.checkpoint()).isPresent();
    world.commit(successor);
    assertThat(world.log.load().checkpoint()).isEqualTo(owner.checkpoint());
  }

  @Test
  void aCommitThatWasOnItsWayBeforeTheHoldIsPartOfTheSnapshot() {
    world.store.nextPuts.add((key, body) -> {
      PutOutcome outcome = world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
      world.elsewhere(HOLD);
      return outcome;
    });
    assertThat(world.commit(owner).slot()).isEqualTo(3);
    world.writerWaits = true;
    assertThat(world.commit(owner).slot()).isEqualTo(6);
  }

  @Test
  void afterThirtyTwoCommitsInARowOthersGetAGap() {
    for (int i = 0; i < 32; i++) {
      commitIn(10_000_000);
    }
    assertThat(world.time.sleptNanos).isZero();
    commitIn(10_000_000);
    assertThat(world.time.sleptNanos).isEqualTo(35_000_000);
    for (int i = 0; i < 31; i++) {
      commitIn(10_000_000);
    }
    assertThat(world.log.counters().of(Event.FAIR_PAUSE)).isEqualTo(1);
    commitIn(10_000_000);
    assertThat(world.log.counters().of(Event.FAIR_PAUSE)).isEqualTo(2);
  }

  @Test
  void commitsWithIdleTimeBetweenThemAreNotInARow() {
    for (int i = 0; i < 200; i++) {
      commitIn(10_000_000);
      if (i % 20 == 0) {
        world.time.passNanos(35_000_000);
      }
    }
    assertThat(world.time.sleptNanos).isZero();
  }

  private void commitIn(long nanos) {
    world.store.nextPuts.add(world.store.after(() -> world.time.passNanos(nanos)));
    world.commit(owner);
  }

  @Test
  void theOwnerMovesPinsIntoATableAfterSixteenChanges() {
    for (int i = 0; i < 16; i++) {
      owner.append(_ -> pin("p" + owner.nextSlot()));
    }
    assertThat(world.mapObjects()).isEmpty();
    world.elsewhere(pin("seventeen"));
    long slot = world.commit(owner).slot();
    ObjectRef table = owner.state().pins().table().orElseThrow();
    assertThat(table.epoch()).isEqualTo(slot);
    assertThat(owner.state().pins().changes()).isZero();
    assertThat(plain(owner.state())).isEqualTo(world.fold());
    assertThat(plain(world.log.withPins(world.log.load().state()))).isEqualTo(world.fold());
    // A blind one, which needs the table to be judged.
    world.blind(slot + 1, new LogRecord.Unpin(3));
    world.commit(owner);
    assertThat(plain(owner.state())).isEqualTo(world.fold());
  }

  @Test
  void aPinTableThatWasReplacedAndSweptIsAskedForAnew() {
    for (int i = 0; i < 17; i++) {
      world.elsewhere(pin("p" + i));
    }
    owner.catchUp();
    world.commit(owner);
    ObjectKey old = world.mapObjects().getFirst();
    OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
    OwnedLog forgetful = new OwnedLog(world.log, world.log.load(), settings);
    world.blind(owner.nextSlot(), new LogRecord.Unpin(3));
    for (int i = 0; i < 64; i++) {
      world.elsewhere(pin("q" + i));
    }
    assertThat(world.mapObjects()).hasSize(2);
    world.store.delete(List.of(old), Purpose.BACKGROUND);
    assertThat(forgetful.pins()).isEqualTo(world.fold().pins().live());
    world.commit(forgetful);
    assertThat(plain(forgetful.state())).isEqualTo(world.fold());
  }
}
