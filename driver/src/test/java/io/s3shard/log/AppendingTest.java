package io.s3shard.log;

import static io.s3shard.log.LogWorld.pinned;
import static io.s3shard.log.LogWorld.plain;
import static io.s3shard.log.Records.VOLUME;
import static io.s3shard.log.Records.pin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.LogCounters.Event;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Appending as somebody who is not the owner: the scenarios of {@code protocol/}, each by hand. */
class AppendingTest {
  private final LogWorld world = LogWorld.created();

  private Appended pinIt(String name) {
    return world.log.append(_ -> pin(name), pinned(name));
  }

  private Appended close(long epoch) {
    return world.log.append(
        _ -> new LogRecord.Close(epoch, "force"), (state, _) -> state.openEpoch() != epoch);
  }

  @Test
  void theFirstPutIsInformed() {
    Appended appended = pinIt("p");
    assertThat(appended.slot()).isEqualTo(2);
    assertThat(world.logged(2).orElseThrow().informed().orElseThrow().state())
        .isEqualTo(world.fold());
    assertThat(appended.log().state()).isEqualTo(world.fold());
  }

  @Test
  void anIdleLogTakesFourRequests() {
    pinIt("p");
    world.store.lists = 0;
    world.store.gets = 0;
    world.store.putKeys.clear();
    Appended appended = pinIt("q");
    assertThat(world.store.lists).as("load, confirm").isEqualTo(2);
    assertThat(world.store.gets).as("the newest record").isEqualTo(1);
    assertThat(world.store.putKeys).containsExactly(Layout.log(VOLUME, 3));
    assertThat(appended.log()).isEqualTo(world.others.load());
    assertThat(world.log.pins(appended.log().state())).hasSize(2);
  }

  @Test
  void informedRecordsNameTheCheckpoint() {
    OwnedLog owner = world.open();
    world.commit(owner);
    world.checkpointAndTrim(owner);
    Appended appended = pinIt("p");
    assertThat(appended.log().checkpoint()).isEqualTo(owner.checkpoint()).isPresent();
    assertThat(world.logged(6).orElseThrow().informed().orElseThrow().checkpoint())
        .isEqualTo(owner.checkpoint());
  }

  @Test
  void losersGoOnBlind() {
    OwnedLog owner = world.open();
    world.store.nextPuts.add(world.store.after(() -> world.commit(other(owner))));
    world.store.nextPuts.add(world.store.after(() -> world.elsewhere(pin("q"))));
    Appended appended = pinIt("p");
    assertThat(appended.slot()).isEqualTo(5);
    assertThat(world.logged(5).orElseThrow().informed()).isEmpty();
    assertThat(appended.log().state()).isEqualTo(world.fold());
    assertThat(world.log.counters().of(Event.SLOT_LOST)).isEqualTo(2);
    assertThat(world.store.lists).as("open: load, confirm; append: load, confirm").isEqualTo(4);
  }

  @Test
  void aRetireIsNeverPutBlind() {
    Appended first = pinIt("p");
    List<Long> seen = new ArrayList<>();
    world.log.append(
        state -> {
          seen.add(state.tail());
          if (seen.size() == 1) {
            pinIt("q");
          }
          return new LogRecord.Retire("rm");
        },
        (state, _) -> state.retired());
    assertThat(seen).as("looked at again").containsExactly(first.slot(), first.slot() + 1);
    assertThat(world.logged(first.slot() + 2).orElseThrow().informed()).isPresent();
  }

  @Test
  void afterTwoBlindTriesTheSlotsAreListed() {
    world.open();
    for (int i = 0; i < 3; i++) {
      String name = "q" + i;
      world.store.nextPuts.add(world.store.after(() -> world.elsewhere(pin(name))));
    }
    world.store.lists = 0;
    world.store.gets = 0;
    assertThat(pinIt("p").slot()).isEqualTo(6);
    assertThat(world.store.lists).as("load, listing, confirm").isEqualTo(3);
    assertThat(world.logged(6).orElseThrow().informed()).isEmpty();
  }

  @Test
  void afterManyListingsTheRecordIsCheckedAgain() {
    for (int i = 0; i < 30; i++) {
      String name = i == 20 ? "p" : "q" + i;
      world.store.nextPuts.add(world.store.after(() -> world.elsewhere(pin(name))));
    }
    assertThatThrownBy(() -> pinIt("p"))
        .isInstanceOf(VolumeBusy.class)
        .hasMessageContaining("a pin \"p\"");
  }

  @Test
  void whatMayNotStandIsNotSent() {
    world.open();
    int puts = world.store.putKeys.size();
    assertThatThrownBy(() -> close(7))
        .isInstanceOf(VolumeBusy.class)
        .hasMessageContaining("process 100");
    assertThatThrownBy(() -> world.log.append(_ -> Records.size(1), (_, _) -> true))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("shrinking");
    assertThatThrownBy(() -> world.log.append(_ -> new LogRecord.Unpin(1), (_, _) -> true))
        .isInstanceOf(InvalidRequest.class);
    assertThat(world.store.putKeys).hasSize(puts);
  }

  @Test
  void aCloseThatFellIntoATrimmedSlotIsAppendedAgain() {
    OwnedLog owner = other(world.open());
    world.commit(owner);
    fallsInto(4, owner);
    Appended appended = close(2);
    assertThat(world.at(4)).containsInstanceOf(LogRecord.Close.class);
    assertThat(appended.slot()).isGreaterThan(4);
    assertThat(world.log.load().state().owner()).isEmpty();
    assertThat(world.log.counters().of(Event.OVERTAKEN)).isEqualTo(1);
  }

  @Test
  void aPinThatFellIntoATrimmedSlotIsAppendedAgain() {
    OwnedLog owner = other(world.open());
    fallsInto(3, owner);
    Appended appended = pinIt("p");
    assertThat(world.at(3)).contains(pin("p"));
    assertThat(world.log.pins(appended.log().state()))
        .extracting(LivePin::slot)
        .containsExactly(appended.slot());
    assertThat(appended.slot()).isGreaterThan(3);
  }

  @Test
  void aDetachThatFellIntoATrimmedSlotIsAppendedAgain() {
    OwnedLog owner = other(world.open());
    fallsInto(3, owner);
    Appended appended =
        world.log.append(
            _ -> new LogRecord.Detach("n1"),
            (state, _) -> !state.ownerNode().equals(Optional.of("n1")));
    assertThat(world.at(3)).contains(new LogRecord.Detach("n1"));
    assertThat(appended.log().state().owner()).isEmpty();
  }

  @Test
  void anOpenThatFellIntoATrimmedSlotOwnsNothing() {
    OwnedLog owner = other(world.open());
    fallsInto(3, owner);
    Optional<OwnedLog> second = world.open(world.log, "n2", 2);
    assertThat(world.at(3)).containsInstanceOf(LogRecord.Open.class);
    assertThat(second).hasValueSatisfying(o -> assertThat(o.epoch()).isEqualTo(5));
    assertThat(world.log.load().state().openEpoch()).isEqualTo(5);
  }

  /**
   * While the next put is on its way the owner fills its slot, makes a checkpoint and trims it;
   * then the put lands there.
   */
  private void fallsInto(long slot, OwnedLog owner) {
    world.store.nextPuts.add((key, body) -> {
      assertThat(key).isEqualTo(Layout.log(VOLUME, slot));
      world.checkpointAndTrim(owner);
      return world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
    });
  }

  /** The same owner, whose puts go past the script. */
  private OwnedLog other(OwnedLog owner) {
    OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
    return new OwnedLog(world.others, new LoadedLog(owner.state(), owner.checkpoint()), settings);
  }

  @Test
  void ofTwoOpensOneIsVoid() {
    world.store.nextPuts.add(
        world.store.after(() -> assertThat(world.open(world.others, "n2", 0)).isPresent()));
    assertThat(world.open(world.log, "n1", 0)).isEmpty();
    LoadedLog loaded = world.log.load();
    assertThat(loaded.state().ownerNode()).contains("n2");
    assertThat(loaded.state().openEpoch()).isEqualTo(2);
  }

  @Test
  void anOpenIsOvertakenBeforeItIsConfirmed() {
    world.store.nextPuts.add((key, body) -> {
      PutOutcome outcome = world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
      assertThat(world.open(world.others, "n2", 2)).isPresent();
      return outcome;
    });
    assertThat(world.open(world.log, "n1", 0)).isEmpty();
  }

  @Test
  void anOpenKnowsWhatLandedBeforeAndAfterIt() {
    world.store.nextPuts.add(world.store.after(() -> world.elsewhere(pin("before"))));
    world.store.nextPuts.add((key, body) -> {
      PutOutcome outcome = world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
      world.elsewhere(pin("after"));
      return outcome;
    });
    OwnedLog owner = world.open();
    assertThat(owner.epoch()).isEqualTo(3);
    assertThat(owner.nextSlot()).isEqualTo(5);
    assertThat(owner.state()).isEqualTo(world.fold());
  }

  @Test
  void openRefusesWhatWaitingDoesNotMend() {
    world.elsewhere(new LogRecord.Retire("rm"));
    assertThatThrownBy(() -> world.open(world.log, "n1", 0)).isInstanceOf(VolumeBusy.class);
    assertThat(world.open(world.log, "n1", 5)).isEmpty();
  }

  @Test
  void anAnswerThatWasLostIsFoundInTheSlot() {
    world.store.nextPuts.add(world.store::landsUnheard);
    assertThat(pinIt("p").slot()).isEqualTo(2);
    assertThat(world.slots()).hasSize(2);
    assertThat(world.log.counters().of(Event.UNKNOWN)).isEqualTo(1);
  }

  @Test
  void aPutThatWasLostIsSentAgain() {
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    assertThat(pinIt("p").slot()).isEqualTo(2);
    assertThat(world.store.putKeys).endsWith(Layout.log(VOLUME, 2), Layout.log(VOLUME, 2));
  }

  @Test
  void aPutThatLandsLaterIsOurs() {
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    world.store.nextPuts.add((key, body) -> {
      world.store.landsUnheard(key, body); // the first one, just before the second arrives
      return world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
    });
    assertThat(pinIt("p").slot()).isEqualTo(2);
    assertThat(world.slots()).hasSize(2);
  }

  @Test
  void aSlotThatIsGoneAfterALostAnswerMeansLoadAgain() {
    OwnedLog owner = other(world.open());
    world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    world.store.nextPuts.add((key, body) -> {
      world.commit(owner);
      PutOutcome outcome = world.store.bucket.putIfAbsent(key, body, Purpose.LOG);
      world.checkpointAndTrim(owner);
      return outcome;
    });
    assertThat(pinIt("p").slot()).isEqualTo(6);
  }

  @Test
  void aBucketThatNeverAnswersIsUnavailable() {
    for (int i = 0; i < 100; i++) {
      world.store.nextPuts.add((_, _) -> PutOutcome.UNKNOWN);
    }
    assertThatThrownBy(() -> pinIt("p")).isInstanceOf(StoreUnavailable.class);
    assertThat(world.time.sleptNanos).isBetween(20_000_000_000L, 60_000_000_000L);
  }

  @Test
  void anAnswerOfTakenThatIsWrongIsNotBelievedInTheEnd() {
    world.store.nextPuts.add((key, body) -> {
      world.store.landsUnheard(key, body);
      return PutOutcome.LOST; // somebody on the way has sent it twice
    });
    Appended appended = pinIt("p");
    assertThat(appended.slot()).isEqualTo(2);
    assertThat(world.log.pins(appended.log().state())).hasSize(1);
  }

  @Test
  void anOpenThatWasAnsweredTakenAndLandedIsOurs() {
    world.store.nextPuts.add((key, body) -> {
      world.store.landsUnheard(key, body);
      return PutOutcome.LOST;
    });
    assertThat(world.open().epoch()).isEqualTo(2);
  }

  @Test
  void whoWinsSlotOneHasCreatedTheVolume() {
    VolumeLog fresh = new VolumeLog(Records.OTHER, world.store, world.time);
    world.store.nextPuts.add(world.store::landsUnheard);
    assertThat(fresh.create(Records.create())).isTrue();
    assertThat(fresh.create(Records.create(false, true))).isFalse();
    assertThat(fresh.load().state()).isEqualTo(VolumeState.of(Records.create()));
  }

  @Test
  void theSixtyFifthChangeWritesATable() {
    for (int i = 1; i <= 64; i++) {
      pinIt("p" + i);
    }
    assertThat(world.mapObjects()).isEmpty();
    pinIt("p65");
    VolumeState state = world.log.load().state();
    assertThat(world.mapObjects()).containsExactly(state.pins().table().orElseThrow().key());
    ObjectRef table = state.pins().table().orElseThrow();
    assertThat(table.epoch()).as("named after the slot of its record").isEqualTo(66);
    assertThat(table.tail()).isEqualTo(65);
    assertThat(state.pins().changes()).isZero();
    assertThat(plain(world.log.withPins(state))).isEqualTo(world.fold());
  }

  @Test
  void aTableOfARefusedRecordIsNamedByNobody() {
    for (int i = 1; i <= 64; i++) {
      pinIt("p" + i);
    }
    world.store.nextPuts.add(world.store.after(() -> world.elsewhere(new LogRecord.Unpin(2))));
    pinIt("p65");
    pinIt("p66");
    List<ObjectKey> tables = world.mapObjects();
    ObjectKey named = world.log.load().state().pins().table().orElseThrow().key();
    assertThat(tables).hasSize(2).contains(named);
    tables.remove(named);
    ObjectRef orphan = Layout.object(VOLUME, tables.getFirst()).orElseThrow();
    assertThat(
            world
                .logged(orphan.epoch())
                .orElseThrow()
                .informed()
                .orElseThrow()
                .state()
                .pins()
                .table())
        .isEmpty();
    assertThat(plain(world.log.withPins(world.log.load().state()))).isEqualTo(world.fold());
  }

  @Test
  void aThousandPinsComeAndGo() {
    List<Long> slots = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      slots.add(pinIt("p" + i).slot());
    }
    assertThat(world.log.pins(world.log.load().state())).extracting(LivePin::slot).isEqualTo(slots);
    for (int i = 0; i < 1000; i += 2) {
      long pin = slots.get(i);
      world.log.append(_ -> new LogRecord.Unpin(pin), (state, _) -> !state.pins().has(pin));
    }
    // Two of the table, blind: the load must fetch it to judge them.
    long tail = world.log.load().state().tail();
    world.blind(tail + 1, new LogRecord.Unpin(slots.get(1)));
    world.blind(tail + 2, new LogRecord.Unpin(slots.get(1)));
    world.blind(tail + 3, pin("p3"));
    VolumeState state = world.log.load().state();
    assertThat(state.pins().count()).isEqualTo(499);
    assertThat(plain(state)).isEqualTo(foldOfAll());
    long largest =
        world.store.bucket.list(Layout.logFolder(VOLUME), null, 1000, Purpose.LOG).stream()
            .mapToLong(listed -> listed.sizeBytes())
            .max()
            .orElseThrow();
    assertThat(largest).as("bytes of the largest record").isLessThan(8192);
  }

  /** The fold over more records than one listing shows. */
  private VolumeState foldOfAll() {
    VolumeState state = VolumeState.of(Records.create());
    for (long slot = 2; slot <= world.log.load().state().tail(); slot++) {
      state = state.apply(slot, world.others.read(slot));
    }
    return state;
  }
}
