package io.s3shard.log;

import static io.s3shard.log.Records.after;
import static io.s3shard.log.Records.attribute;
import static io.s3shard.log.Records.commit;
import static io.s3shard.log.Records.open;
import static io.s3shard.log.Records.pin;
import static io.s3shard.log.Records.rename;
import static io.s3shard.log.Records.size;
import static io.s3shard.log.Records.takeover;
import static io.s3shard.log.Records.writer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The table of RFC 0001 §2, row by row: what each record presumes, with a case in which it stands
 * and one in which it is void.
 */
class LogRulesTest {
  private static final LogRecord RETIRE = new LogRecord.Retire("rm");
  private static final LogRecord HOLD = new LogRecord.Hold("g1");
  private static final LogRecord ATTACH_N1 = new LogRecord.Attach("n1", AttachMode.SINGLE_WRITER);
  private static final LogRecord READ_N1 = new LogRecord.Attach("n1", AttachMode.READ_ONLY);

  /** Checks that the record stands, and returns the state after it. */
  private static VolumeState stands(VolumeState before, LogRecord record) {
    assertThat(before.whyVoid(record)).isEmpty();
    VolumeState after = before.apply(before.tail() + 1, record);
    assertThat(after.tail()).isEqualTo(before.tail() + 1);
    return after;
  }

  /**
   * Checks that the record is void for a reason that says {@code why}, and that only the tail
   * moves.
   */
  private static void isVoid(VolumeState before, LogRecord record, String why) {
    assertThat(before.whyVoid(record)).hasValueSatisfying(text -> assertThat(text).contains(why));
    VolumeState after = before.apply(before.tail() + 1, record);
    assertThat(after).isEqualTo(tailMoved(before));
  }

  private static VolumeState tailMoved(VolumeState state) {
    return new StateEdit(state).at(state.tail() + 1);
  }

  @Nested
  @DisplayName("CREATE")
  class Create {
    @Test
    void isTheFirstState() {
      CloneSource source = new CloneSource(Records.OTHER, 7, 7, 0);
      LogRecord.Create create =
          new LogRecord.Create(
              1 << 18,
              12345,
              "a",
              true,
              Optional.of(source),
              new TreeMap<>(Map.of("mode", "0644")),
              new TreeSet<>(List.of("f")),
              99,
              false);
      VolumeState state = VolumeState.of(create);
      assertThat(state.tail()).isEqualTo(1);
      assertThat(state.chunkSizeBytes()).isEqualTo(1 << 18);
      assertThat(state.sizeBytes()).isEqualTo(12345);
      assertThat(state.name()).isEqualTo("a");
      assertThat(state.requiresAttach()).isTrue();
      assertThat(state.source()).contains(source);
      assertThat(state.attributes()).isEqualTo(Map.of("mode", "0644"));
      assertThat(state.features()).containsExactly("f");
      assertThat(state.createdUnixMillis()).isEqualTo(99);
      assertThat(state.owner()).isEmpty();
      assertThat(state.lastEpoch()).isZero();
    }

    @Test
    void isVoidInALaterSlot() {
      isVoid(after(), Records.create(), "the volume exists");
    }

    @Test
    void abandonedMeansThatNothingStands() {
      VolumeState abandoned = VolumeState.of(Records.create(false, true));
      LogRecord[] all = {
        open("n1", 0),
        commit(1, 0, 0),
        new LogRecord.Close(1, ""),
        ATTACH_N1,
        new LogRecord.Detach("n1"),
        pin("a"),
        new LogRecord.Unpin(1),
        HOLD,
        new LogRecord.Release("g1"),
        size(1 << 30),
        RETIRE,
        Records.create()
      };
      for (LogRecord record : all) {
        isVoid(abandoned, record, "given up");
      }
    }
  }

  @Nested
  @DisplayName("OPEN")
  class Open {
    @Test
    void makesItsSlotTheEpoch() {
      VolumeState state = stands(after(pin("a")), open("n1", 0));
      assertThat(state.owner()).contains(new Owner(3, writer("n1", 1), 0, 2));
      assertThat(state.openEpoch()).isEqualTo(3);
      assertThat(state.lastEpoch()).isEqualTo(3);
    }

    @Test
    void presumesTheOpenEpoch() {
      VolumeState open = after(open("n1", 0));
      isVoid(open, open("n2", 0), "epoch 2 of node n1");
      isVoid(open, open("n2", 1), "epoch 2 of node n1");
      assertThat(stands(open, open("n2", 2)).openEpoch()).isEqualTo(3);
      isVoid(after(), open("n2", 2), "not open");
      isVoid(after(open("n1", 0), new LogRecord.Close(2, "")), open("n1", 2), "not open");
    }

    @Test
    void isVoidOnceRetired() {
      isVoid(after(RETIRE), open("n1", 0), "deleted");
    }

    @Test
    void presumesTheAttachmentIfTheVolumeRequiresIt() {
      isVoid(after(Records.create(true, false)), open("n1", 0), "not attached for writing");
      isVoid(
          after(Records.create(true, false), READ_N1), open("n1", 0), "not attached for writing");
      isVoid(
          after(Records.create(true, false), new LogRecord.Attach("n2", AttachMode.SINGLE_WRITER)),
          open("n1", 0),
          "n1");
      stands(after(Records.create(true, false), ATTACH_N1), open("n1", 0));
      stands(after(Records.create(false, false)), open("n1", 0));
    }

    @Test
    void endsAHold() {
      assertThat(stands(after(open("n1", 0), HOLD), open("n2", 2)).hold()).isEmpty();
    }

    @Test
    void startsTheArenaSequenceAnewUnlessItTakesOver() {
      VolumeState committed = after(open("n1", 0), commit(2, 17, 0));
      assertThat(stands(committed, open("n1", 2)).owner().orElseThrow().arenaSequence()).isZero();
      assertThat(stands(committed, takeover("n1", 2)).owner().orElseThrow().arenaSequence())
          .isEqualTo(17);
    }

    @Test
    void aTakeoverPresumesAnEpoch() {
      isVoid(after(), takeover("n1", 0), "no epoch to take over");
      stands(after(open("n1", 0)), takeover("n1", 2));
    }
  }

  @Nested
  @DisplayName("COMMIT")
  class Commit {
    @Test
    void belongsToTheOpenEpoch() {
      VolumeState open = after(open("n1", 0));
      assertThat(stands(open, commit(2, 5, 0)).owner().orElseThrow().arenaSequence()).isEqualTo(5);
      isVoid(open, commit(1, 5, 0), "not epoch 1");
      isVoid(after(), commit(2, 5, 0), "not open");
      isVoid(after(open("n1", 0), open("n2", 2)), commit(2, 5, 0), "epoch 3 of node n2");
    }

    @Test
    void isVoidWhileAHoldIsInForce() {
      VolumeState held = after(open("n1", 0), HOLD);
      isVoid(held, commit(2, 5, 0), "held for g1");
      stands(held.apply(4, new LogRecord.Release("g1")), commit(2, 5, 0));
    }

    @Test
    void raisesTheSizeOnly() {
      VolumeState open = after(open("n1", 0));
      assertThat(stands(open, commit(2, 0, Records.SIZE + 1)).sizeBytes())
          .isEqualTo(Records.SIZE + 1);
      assertThat(stands(open, commit(2, 0, 1)).sizeBytes()).isEqualTo(Records.SIZE);
    }
  }

  @Nested
  @DisplayName("CLOSE")
  class Close {
    @Test
    void endsTheEpochThatItPresumes() {
      VolumeState state = stands(after(open("n1", 0)), new LogRecord.Close(2, "umount"));
      assertThat(state.owner()).isEmpty();
      assertThat(state.lastEpoch()).isEqualTo(2);
      isVoid(after(open("n1", 0), open("n2", 2)), new LogRecord.Close(2, "late"), "epoch 3");
      isVoid(after(), new LogRecord.Close(2, "late"), "not open");
    }

    @Test
    void endsAHold() {
      assertThat(stands(after(open("n1", 0), HOLD), new LogRecord.Close(2, "")).hold()).isEmpty();
    }
  }

  @Nested
  @DisplayName("ATTACH")
  class Attach {
    private static LogRecord attach(String node, AttachMode mode) {
      return new LogRecord.Attach(node, mode);
    }

    @Test
    void isVoidOnceRetired() {
      isVoid(after(RETIRE), ATTACH_N1, "deleted");
      isVoid(after(ATTACH_N1, RETIRE), ATTACH_N1, "deleted");
    }

    @Test
    void asTheSingleWriterPresumesThatNoOtherNodeIsAttached() {
      assertThat(stands(after(), ATTACH_N1).attachments())
          .isEqualTo(Map.of("n1", AttachMode.SINGLE_WRITER));
      isVoid(
          after(attach("n2", AttachMode.SINGLE_WRITER)),
          ATTACH_N1,
          "node n2 is attached as the only writer");
      isVoid(
          after(attach("n2", AttachMode.READ_ONLY)), ATTACH_N1, "node n2 is attached for reading");
    }

    @Test
    void forReadingPresumesThatNobodyIsTheSingleWriter() {
      VolumeState both = stands(after(attach("n2", AttachMode.READ_ONLY)), READ_N1);
      assertThat(both.attachments().keySet()).containsExactly("n1", "n2");
      isVoid(after(attach("n2", AttachMode.SINGLE_WRITER)), READ_N1, "as the only writer");
    }

    @Test
    void again() {
      VolumeState attached = after(ATTACH_N1);
      assertThat(stands(attached, ATTACH_N1)).isEqualTo(tailMoved(attached));
      VolumeState reading = after(READ_N1, attach("n2", AttachMode.READ_ONLY));
      assertThat(stands(reading, READ_N1)).isEqualTo(tailMoved(reading));
    }

    @Test
    void inAnotherModeIsVoid() {
      isVoid(after(ATTACH_N1), READ_N1, "n1");
      isVoid(after(READ_N1), ATTACH_N1, "n1");
    }
  }

  @Nested
  @DisplayName("DETACH")
  class Detach {
    @Test
    void presumesThatTheNodeIsAttached() {
      VolumeState state = stands(after(ATTACH_N1), new LogRecord.Detach("n1"));
      assertThat(state.attachments()).isEmpty();
      isVoid(after(ATTACH_N1), new LogRecord.Detach("n2"), "neither attached");
    }

    @Test
    void orThatItOwnsTheOpenEpoch() {
      VolumeState state = stands(after(open("n1", 0), HOLD), new LogRecord.Detach("n1"));
      assertThat(state.owner()).isEmpty();
      assertThat(state.hold()).isEmpty();
      isVoid(
          after(open("n1", 0), new LogRecord.Close(2, "")),
          new LogRecord.Detach("n1"),
          "neither attached");
    }

    @Test
    void ofANodeThatDoesNotOwnTheEpochLeavesItAlone() {
      VolumeState state = stands(after(READ_N1, open("n2", 0), HOLD), new LogRecord.Detach("n1"));
      assertThat(state.attachments()).isEmpty();
      assertThat(state.openEpoch()).isEqualTo(3);
      assertThat(state.hold()).contains("g1");
    }

    @Test
    void standsWhenRetired() {
      stands(after(ATTACH_N1, RETIRE), new LogRecord.Detach("n1"));
    }
  }

  @Nested
  @DisplayName("PIN")
  class Pin {
    @Test
    void protectsItsOwnSlot() {
      VolumeState state = stands(after(), pin("a"));
      assertThat(state.pins().live())
          .containsExactly(new LivePin(2, 2, "a", "snapshot", 4, Records.SIZE));
    }

    @Test
    void knowsTheSizeAtItsPosition() {
      VolumeState state =
          after(pin("a"), Records.size(4 * Records.SIZE), pin("b"), pin("c", 2, ""));
      assertThat(state.pins().live())
          .extracting(LivePin::sizeBytes)
          .containsExactly(Records.SIZE, 4 * Records.SIZE, Records.SIZE);
    }

    @Test
    void presumesThatTheNameIsFree() {
      isVoid(after(pin("a")), pin("a"), "a pin \"a\"");
      stands(after(pin("a"), new LogRecord.Unpin(2)), pin("a"));
    }

    @Test
    void mayTakeThePositionOfALivePin() {
      VolumeState state = stands(after(pin("a")), pin("b", 2, ""));
      assertThat(state.pins().live()).contains(new LivePin(3, 2, "b", "snapshot", 4, Records.SIZE));
      isVoid(after(pin("a")), pin("b", 1, ""), "no live pin has the position 1");
      isVoid(
          after(pin("a"), new LogRecord.Unpin(2)),
          pin("b", 2, ""),
          "no live pin has the position 2");
      // The position lives on in the second pin.
      stands(after(pin("a"), pin("b", 2, ""), new LogRecord.Unpin(2)), pin("c", 2, ""));
    }

    @Test
    void ofARetiredVolumeNeedsALivePin() {
      isVoid(after(pin("a"), RETIRE), pin("b"), "deleted");
      stands(after(pin("a"), RETIRE), pin("b", 2, ""));
    }

    @Test
    void endsTheHoldThatItNames() {
      VolumeState held = after(open("n1", 0), HOLD);
      assertThat(stands(held, pin("a", 0, "g1")).hold()).isEmpty();
      assertThat(stands(held, pin("a")).hold()).contains("g1");
      isVoid(held, pin("a", 0, "g2"), "no HOLD of g2");
      isVoid(after(), pin("a", 0, "g1"), "no HOLD of g1");
    }

    @Test
    void presumesFewerThanTenThousand() {
      VolumeState one = after(pin("p"));
      List<LivePin> many = new ArrayList<>();
      LongStream.rangeClosed(1, Pins.MAX_LIVE - 1)
          .forEach(i -> many.add(new LivePin(i, i, "n" + i, "", 0, 0)));
      ObjectRef table = ObjectRef.map(Records.VOLUME, 9, 8, 0);
      VolumeState almost = one.withPins(withTable(table, many));
      VolumeState full = stands(almost, pin("last"));
      assertThat(full.pins().count()).isEqualTo(Pins.MAX_LIVE);
      isVoid(full, pin("more"), "10000 pins");
    }

    private static Pins withTable(ObjectRef table, List<LivePin> pins) {
      return new Pins(
              Optional.of(table), new TreeMap<>(), new TreeSet<>(), pins.size(), Optional.empty())
          .withTable(pins);
    }
  }

  @Nested
  @DisplayName("UNPIN")
  class Unpin {
    @Test
    void presumesThatThePinLives() {
      assertThat(stands(after(pin("a")), new LogRecord.Unpin(2)).pins().live()).isEmpty();
      isVoid(after(), new LogRecord.Unpin(1), "no pin 1 lives");
      isVoid(after(pin("a"), new LogRecord.Unpin(2)), new LogRecord.Unpin(2), "no pin 2 lives");
      stands(after(pin("a"), RETIRE), new LogRecord.Unpin(2));
    }
  }

  @Nested
  @DisplayName("HOLD and RELEASE")
  class Hold {
    @Test
    void oneHoldAtATime() {
      assertThat(stands(after(), HOLD).hold()).contains("g1");
      isVoid(after(HOLD), new LogRecord.Hold("g2"), "held for g1");
      isVoid(after(HOLD), HOLD, "held for g1");
      isVoid(after(RETIRE), HOLD, "deleted");
    }

    @Test
    void releasePresumesThisHold() {
      assertThat(stands(after(HOLD), new LogRecord.Release("g1")).hold()).isEmpty();
      isVoid(after(HOLD), new LogRecord.Release("g2"), "no HOLD of g2");
      isVoid(after(), new LogRecord.Release("g1"), "no HOLD of g1");
    }
  }

  @Nested
  @DisplayName("SET")
  class Set {
    @Test
    void raisesTheSize() {
      assertThat(stands(after(), size(Records.SIZE + 5)).sizeBytes()).isEqualTo(Records.SIZE + 5);
      stands(after(), size(Records.SIZE));
      isVoid(after(), size(Records.SIZE - 1), "shrinking is not possible");
    }

    @Test
    void renamesWhatHasThePresumedName() {
      VolumeState state = stands(after(), rename("fs.img", "b"));
      assertThat(state.name()).isEqualTo("b");
      isVoid(state, rename("fs.img", "c"), "its name is \"b\"");
    }

    @Test
    void setsAndRemovesAttributes() {
      VolumeState state = stands(after(attribute("a", "1")), attribute("b", "2"));
      assertThat(state.attributes()).isEqualTo(Map.of("a", "1", "b", "2"));
      assertThat(stands(state, attribute("a", "")).attributes()).isEqualTo(Map.of("b", "2"));
    }

    @Test
    void addsFeatures() {
      TreeSet<String> features = new TreeSet<>(List.of("f"));
      LogRecord set =
          new LogRecord.Set(OptionalLong.empty(), Optional.empty(), new TreeMap<>(), features);
      assertThat(stands(after(), set).features()).containsExactly("f");
    }

    @Test
    void isVoidOnceRetired() {
      isVoid(after(RETIRE), size(Records.SIZE), "deleted");
    }
  }

  @Nested
  @DisplayName("RETIRE")
  class Retire {
    @Test
    void fencesAndIsForEver() {
      VolumeState state = stands(after(open("n1", 0), HOLD), RETIRE);
      assertThat(state.retired()).isTrue();
      assertThat(state.owner()).isEmpty();
      assertThat(state.hold()).isEmpty();
      isVoid(state, RETIRE, "deleted");
    }
  }

  @Test
  void aRecordFollowsTheTail() {
    assertThatThrownBy(() -> after().apply(3, pin("a")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void pinsThatWereNotFetchedCanNotBeJudged() {
    ObjectRef table = ObjectRef.map(Records.VOLUME, 9, 8, 0);
    Pins unknown =
        new Pins(Optional.of(table), new TreeMap<>(), new TreeSet<>(), 1, Optional.empty());
    VolumeState state = after().withPins(unknown);
    assertThatThrownBy(() -> state.whyVoid(pin("a"))).isInstanceOf(IllegalStateException.class);
    stands(state, open("n1", 0));
  }
}
