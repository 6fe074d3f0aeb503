package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.Fenced;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.AttachMode;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.CommitAt;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogCounters.Event;
import io.s3shard.log.LogRecord;
import io.s3shard.log.Opening;
import io.s3shard.log.OwnedLog;
import io.s3shard.log.OwnerSettings;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.log.Writer;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many who append to one log at the same time, over a bucket that delays, repeats, loses and lies
 * about nothing but time: writers that open over each other, commit, make checkpoints, trim, crash
 * and come back from a long sleep, and others that pin, unpin, close, hold, attach. Held against
 * the fold over every record from slot 1, which nobody in the run sees.
 */
@Timeout(600)
class ManyAppendersTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final int SEEDS = Integer.getInteger("s3shard.log.seeds", 60);
  private static final long FIRST_SEED = Long.getLong("s3shard.log.seed", 1);

  @Test
  void whatWasReportedIsInTheLog() {
    Map<Event, Long> events = new EnumMap<>(Event.class);
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      Run run = new Run(seed);
      run.go();
      run.check();
      run.logs.forEach(log -> count(events, log));
    }
    // The runs are worth something only if what they are for has happened in them.
    for (Event event : Event.values()) {
      assertThat(events.get(event))
          .as("%s in seeds from %d: %s", event, FIRST_SEED, events)
          .isPositive();
    }
  }

  private static void count(Map<Event, Long> events, VolumeLog log) {
    for (Event event : Event.values()) {
      events.merge(event, log.counters().of(event), Long::sum);
    }
  }

  /** One seed. */
  private static final class Run {
    private final long seed;
    private final Simulation simulation;
    private final SimRandom dice;
    private final SimBucket bucket;
    private final LogHistory history;
    private final List<VolumeLog> logs = new ArrayList<>();

    /**
     * Acknowledged COMMITs by slot; reported pins; pins that somebody has tried to take away; ended
     * epochs; a size.
     */
    private final Map<Long, CommitAt> acknowledged = new TreeMap<>();

    private final Map<Long, String> pinned = new TreeMap<>();
    private final TreeSet<Long> unpinning = new TreeSet<>();
    private final TreeSet<Long> unpinned = new TreeSet<>();
    private final TreeSet<Long> ended = new TreeSet<>();
    private final Map<Long, String> opened = new TreeMap<>();
    private long size;
    private long sequence;
    private int names;

    private Run(long seed) {
      this.seed = seed;
      this.simulation = new Simulation(seed);
      this.dice = simulation.random().split();
      this.bucket = new SimBucket(simulation, Faults.random(simulation.random().split()));
      this.history = new LogHistory(VOLUME, bucket.objects());
    }

    private void go() {
      LogRecord.Create create =
          new LogRecord.Create(
              1 << 22,
              0,
              "fs.img",
              false,
              Optional.empty(),
              new TreeMap<>(),
              new TreeSet<>(),
              0,
              false);
      assertThat(new VolumeLog(VOLUME, bucket.objects(), new ThreadExecution()).create(create))
          .isTrue();
      for (int i = 0; i < 3; i++) {
        SimProcess process = simulation.process("w" + i);
        process.run("writer", () -> write(process, dice.split()));
        disturb(process);
      }
      for (int i = 0; i < 3; i++) {
        SimProcess process = simulation.process("c" + i);
        process.run("controller", () -> control(process, dice.split()));
        disturb(process);
      }
      simulation.runUntilDone();
      simulation.runUntilQuiet();
      simulation.finish();
      history.keep();
    }

    private void disturb(SimProcess process) {
      if (dice.chance(0.2)) {
        simulation.after(
            dice.between(Duration.ofMillis(1), Duration.ofSeconds(10)), process::crash);
      } else if (dice.chance(0.3)) {
        Duration when = dice.between(Duration.ofMillis(1), Duration.ofSeconds(5));
        simulation.after(when, process::pause);
        simulation.after(
            when.plus(dice.between(Duration.ofSeconds(1), Duration.ofSeconds(60))),
            process::resume);
      }
    }

    private VolumeLog log(SimProcess process) {
      ObjectStore store = new PatientStore(bucket.reachedBy(process), process.execution());
      VolumeLog log = new VolumeLog(VOLUME, store, process.execution());
      logs.add(log);
      return log;
    }

    // Writers.

    private void write(SimProcess process, SimRandom random) {
      VolumeLog log = log(process);
      for (int i = 0; i < 4; i++) {
        try {
          VolumeState state = log.load().state();
          String id = Writer.id(process.execution().randomBytes(16));
          Writer writer = new Writer(id, process.name(), "host", "boot", process.name());
          OwnerSettings settings = new OwnerSettings(() -> false, () -> random.chance(0.02));
          boolean takesOver = state.owner().isPresent() && random.chance(0.5);
          Optional<OwnedLog> owned =
              new Opening(log).open(writer, state.openEpoch(), takesOver, settings);
          if (owned.isPresent()) {
            opened.put(owned.get().epoch(), id);
            own(process, random, log, owned.get());
          }
        } catch (S3ShardException expected) {
          simulation.note("ended", expected.getMessage(), 0);
        }
        process.execution().sleep(random.between(Duration.ofMillis(1), Duration.ofSeconds(3)));
      }
    }

    private void own(SimProcess process, SimRandom random, VolumeLog log, OwnedLog owned) {
      boolean busy = random.chance(0.1);
      for (int i = random.below(60); i >= 0; i--) {
        switch (busy ? 11 : random.below(12)) {
          case 0 -> checkpoint(process, random, log, owned);
          case 1 -> pinned.put(ownPin(owned), "own");
          case 2 -> owned.catchUp();
          case 3, 4 ->
              process
                  .execution()
                  .sleep(random.between(Duration.ofMillis(1), Duration.ofMillis(300)));
          default -> acknowledge(owned.commit(draft(owned, Optional.empty()), List.of()));
        }
      }
      if (random.chance(0.5)) {
        owned.close("done");
        ended.add(owned.epoch());
      }
    }

    private long ownPin(OwnedLog owned) {
      String name = "p" + names++;
      return owned.append(_ -> new LogRecord.Pin(name, "", 0, "", 0)).slot();
    }

    private LogRecord.Commit draft(OwnedLog owned, Optional<Checkpoint> checkpoint) {
      ObjectRef object = ObjectRef.data(VOLUME, owned.epoch(), owned.state().tail(), ++sequence, 1);
      List<Extent> extents = List.of(Extent.of(new BlockRange(sequence % 8, 1), object, 0));
      return new LogRecord.Commit(
          owned.epoch(), sequence, sequence, extents, Optional.empty(), checkpoint);
    }

    private void acknowledge(CommitAt commit) {
      CommitAt before = acknowledged.put(commit.slot(), commit);
      assertThat(before).as("seed %d: two COMMITs in slot %d", seed, commit.slot()).isNull();
    }

    private void checkpoint(SimProcess process, SimRandom random, VolumeLog log, OwnedLog owned) {
      long covers = owned.state().tail();
      ObjectRef root = ObjectRef.map(VOLUME, owned.epoch(), covers, ++sequence);
      CommitAt commit =
          owned.commit(draft(owned, Optional.of(new Checkpoint(root, covers))), List.of());
      acknowledge(commit);
      VolumeState state = log.withPins(owned.state());
      history.keep();
      List<ObjectKey> dead = history.dead(state, covers, commit.slot());
      boolean later = random.chance(0.3);
      ObjectStore store = new PatientStore(bucket.reachedBy(process), process.execution());
      process
          .execution()
          .fork(
              "trim",
              () -> {
                process
                    .execution()
                    .sleep(
                        later
                            ? random.between(Duration.ofMillis(1), Duration.ofSeconds(5))
                            : Duration.ZERO);
                store.delete(dead, Purpose.BACKGROUND);
                return dead.size();
              });
    }

    // Others.

    private void control(SimProcess process, SimRandom random) {
      VolumeLog log = log(process);
      for (int i = 0; i < 25; i++) {
        process.execution().sleep(random.between(Duration.ofMillis(1), Duration.ofMillis(700)));
        try {
          act(log, random, process.name());
        } catch (S3ShardException expected) {
          simulation.note("refused", expected.getMessage(), 0);
        }
      }
    }

    private void act(VolumeLog log, SimRandom random, String who) {
      switch (random.below(10)) {
        case 0, 1, 2, 3 -> pin(log, 0, "");
        case 4 -> unpin(log, random);
        case 5 -> close(log);
        case 6 -> grow(log);
        case 7 -> attach(log, random);
        case 8 -> groupSnapshot(log, "g-" + who + "-" + names++);
        default -> pinOfAPin(log, random);
      }
    }

    private void pin(VolumeLog log, long position, String hold) {
      String name = "p" + names++;
      Appended appended =
          log.append(
              _ -> new LogRecord.Pin(name, "", position, hold, 0),
              (state, slot) ->
                  state.pins().live().stream()
                      .anyMatch(p -> p.slot() == slot && p.name().equals(name)));
      pinned.put(appended.slot(), name);
    }

    private void pinOfAPin(VolumeLog log, SimRandom random) {
      List<LivePin> live = log.pins(log.load().state());
      if (!live.isEmpty()) {
        pin(log, random.oneOf(live).position(), "");
      }
    }

    private void unpin(VolumeLog log, SimRandom random) {
      List<LivePin> live = log.pins(log.load().state());
      if (!live.isEmpty()) {
        long pin = random.oneOf(live).slot();
        unpinning.add(pin);
        log.append(
            _ -> new LogRecord.Unpin(pin),
            (state, _) -> state.pins().live().stream().noneMatch(p -> p.slot() == pin));
        unpinned.add(pin);
      }
    }

    private void close(VolumeLog log) {
      long epoch = log.load().state().openEpoch();
      if (epoch != 0) {
        log.append(
            _ -> new LogRecord.Close(epoch, "force"), (state, _) -> state.openEpoch() != epoch);
        ended.add(epoch);
      }
    }

    private void grow(VolumeLog log) {
      long grown = 1000 * ++sequence;
      Function<VolumeState, LogRecord> set =
          state ->
              new LogRecord.Set(
                  OptionalLong.of(Math.max(grown, state.sizeBytes())),
                  Optional.empty(),
                  new TreeMap<>(),
                  new TreeSet<>());
      log.append(set, (state, _) -> state.sizeBytes() >= grown);
      size = Math.max(size, grown);
    }

    private void attach(VolumeLog log, SimRandom random) {
      String node = "n" + random.below(3);
      AttachMode mode = random.oneOf(List.of(AttachMode.values()));
      BiPredicate<VolumeState, Long> attached = (state, _) -> state.attachments().get(node) == mode;
      if (random.chance(0.5)) {
        log.append(_ -> new LogRecord.Attach(node, mode), attached);
      } else {
        log.append(
            _ -> new LogRecord.Detach(node), (state, _) -> !state.attachments().containsKey(node));
      }
    }

    private void groupSnapshot(VolumeLog log, String group) {
      log.append(
          _ -> new LogRecord.Hold(group), (state, _) -> state.hold().equals(Optional.of(group)));
      pin(log, 0, group);
    }

    // Checks, on what is left in the bucket when nothing is on its way any more.

    private void check() {
      VolumeLog log = new VolumeLog(VOLUME, bucket.objects(), new ThreadExecution());
      LoadedLog loaded = log.load();
      VolumeState last = log.withPins(loaded.state());
      assertThat(LogHistory.describe(last))
          .as(named("the load"))
          .isEqualTo(LogHistory.describe(history.after(last.tail())));
      assertThat(last.tail()).as(named("the tail")).isEqualTo(history.tail());
      checkCarriedStates();
      checkCommits(log, loaded);
      checkEffects(last);
      checkPinnedStates(log, last);
    }

    /** Whatever a record says about the state after itself is the fold. */
    private void checkCarriedStates() {
      for (long slot = 1; slot <= history.tail(); slot++) {
        VolumeState carried = history.log().withPins(history.log().loadAt(slot).state());
        assertThat(LogHistory.describe(carried))
            .as(named("the state at slot " + slot))
            .isEqualTo(LogHistory.describe(history.after(slot)));
      }
    }

    private void checkCommits(VolumeLog log, LoadedLog loaded) {
      for (CommitAt commit : acknowledged.values()) {
        LogRecord there = history.at(commit.slot());
        assertThat(history.stands(commit.slot()))
            .as(named("the COMMIT in slot " + commit.slot()))
            .isTrue();
        assertThat(((LogRecord.Commit) there).arenaSequence())
            .isEqualTo(commit.commit().arenaSequence());
      }
      long covers = loaded.checkpoint().map(Checkpoint::covers).orElse(0L);
      assertThat(log.commits(covers, loaded.state().tail()))
          .as(named("the COMMITs after the checkpoint"))
          .isEqualTo(standing(covers, loaded.state().tail()));
    }

    private List<CommitAt> standing(long after, long upTo) {
      List<CommitAt> standing = new ArrayList<>();
      for (long slot = after + 1; slot <= upTo; slot++) {
        if (history.at(slot) instanceof LogRecord.Commit commit && history.stands(slot)) {
          standing.add(new CommitAt(slot, commit));
        }
      }
      return standing;
    }

    private void checkEffects(VolumeState last) {
      pinned.forEach((slot, name) -> {
        assertThat(history.stands(slot)).as(named("PIN " + name + " in slot " + slot)).isTrue();
        boolean lives = last.pins().live().stream().anyMatch(pin -> pin.slot() == slot);
        assertThat(lives || unpinning.contains(slot)).as(named("the pin " + name)).isTrue();
      });
      assertThat(last.pins().live())
          .as(named("pins that were taken away"))
          .noneMatch(p -> unpinned.contains(p.slot()));
      assertThat(ended).as(named("ended epochs")).doesNotContain(last.openEpoch());
      assertThat(last.sizeBytes()).as(named("the size")).isGreaterThanOrEqualTo(size);
      opened.forEach((slot, id) -> {
        assertThat(history.stands(slot)).as(named("the OPEN in slot " + slot)).isTrue();
        assertThat(((LogRecord.Open) history.at(slot)).writer().id()).isEqualTo(id);
      });
    }

    /** What a pin protects is loaded from what is left as it was. */
    private void checkPinnedStates(VolumeLog log, VolumeState last) {
      for (LivePin pin : last.pins().live()) {
        LoadedLog then = log.loadAt(pin.position());
        long covers = then.checkpoint().map(Checkpoint::covers).orElse(0L);
        assertThat(log.commits(covers, pin.position()))
            .as(named("the COMMITs of " + pin))
            .isEqualTo(standing(covers, pin.position()));
        assertThat(then.state().openEpoch()).isEqualTo(history.after(pin.position()).openEpoch());
      }
    }

    private String named(String what) {
      return "seed " + seed + ": " + what;
    }
  }

  /**
   * The rule of fairness, in virtual time: an owner that commits without end, and somebody else who
   * wants one record in.
   */
  @ParameterizedTest
  @EnumSource
  void aBusyOwnerLetsOthersIn(Wish wish) {
    List<Duration> took = new ArrayList<>();
    for (long seed = 1; seed <= 100; seed++) {
      took.add(againstABusyOwner(wish, seed));
    }
    took.sort(null);
    System.out.printf(
        "%s against a busy owner, virtual time: median %s, longest %s%n",
        wish, took.get(50), took.getLast());
    assertThat(took.get(50)).as("the median of %s", took).isLessThan(Duration.ofSeconds(1));
    assertThat(took.get(98)).as("99 of 100 of %s", took).isLessThan(Duration.ofSeconds(5));
  }

  /** What somebody else wants of a volume that is busy. */
  private enum Wish {
    PIN {
      @Override
      void fulfil(VolumeLog log) {
        log.append(
            _ -> new LogRecord.Pin("p", "", 0, "", 0),
            (state, _) -> state.pins().live().size() == 1);
      }
    },
    DETACH {
      @Override
      void fulfil(VolumeLog log) {
        long epoch = log.load().state().openEpoch();
        log.append(
            _ -> new LogRecord.Close(epoch, "detach --force"),
            (state, _) -> state.openEpoch() != epoch);
      }
    };

    abstract void fulfil(VolumeLog log);
  }

  private static Duration againstABusyOwner(Wish wish, long seed) {
    Simulation simulation = new Simulation(seed);
    Faults slowNowAndThen =
        new Faults(
            Duration.ofMillis(30),
            0.01,
            Duration.ofMillis(600),
            0,
            0,
            0,
            0,
            0,
            Duration.ofSeconds(10),
            0,
            0);
    SimBucket bucket = new SimBucket(simulation, slowNowAndThen);
    SimProcess owner = simulation.process("owner");
    SimProcess other = simulation.process("other");
    List<Duration> took = new ArrayList<>();
    List<CommitAt> commits = new ArrayList<>();
    owner.run(
        "commits",
        () -> {
          VolumeLog log = new VolumeLog(VOLUME, bucket.reachedBy(owner), owner.execution());
          log.create(
              new LogRecord.Create(
                  1 << 22,
                  0,
                  "fs.img",
                  false,
                  Optional.empty(),
                  new TreeMap<>(),
                  new TreeSet<>(),
                  0,
                  false));
          Writer writer = new Writer(Writer.id(new byte[16]), "n1", "host", "boot", "busy");
          OwnerSettings settings = new OwnerSettings(() -> false, () -> false);
          OwnedLog owned = new Opening(log).open(writer, 0, false, settings).orElseThrow();
          try {
            for (int i = 0; i < 10_000 && (wish == Wish.DETACH || took.isEmpty()); i++) {
              commits.add(
                  owned.commit(
                      new LogRecord.Commit(
                          owned.epoch(), 1, 0, List.of(), Optional.empty(), Optional.empty()),
                      List.of()));
            }
            assertThat(wish).as("of whom nobody fenced").isEqualTo(Wish.PIN);
          } catch (Fenced fenced) {
            assertThat(wish).as("%s", fenced.getMessage()).isEqualTo(Wish.DETACH);
          }
        });
    SimTask<Boolean> wisher =
        other.run(
            "wish",
            () -> {
              while (commits.size() < 50) {
                other.execution().sleep(Duration.ofMillis(20));
              }
              long start = other.execution().nanoTime();
              wish.fulfil(new VolumeLog(VOLUME, bucket.reachedBy(other), other.execution()));
              took.add(Duration.ofNanos(other.execution().nanoTime() - start));
            });
    simulation.runUntilDone();
    simulation.finish();
    wisher.outcome();
    return took.getFirst();
  }
}
