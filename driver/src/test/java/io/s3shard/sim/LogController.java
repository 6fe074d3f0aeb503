package io.s3shard.sim;

import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.log.Appended;
import io.s3shard.log.AttachMode;
import io.s3shard.log.CommitAt;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Appends control records as somebody who owns nothing, loads, and looks whether what it was told
 * is so.
 */
final class LogController {
  private final LogWorld world;
  private final SimProcess process;
  private final SimRandom dice;
  private final List<VolumeLog> logs = new ArrayList<>();
  private final List<LogWriter> readers = new ArrayList<>();
  private final int trims;

  LogController(LogWorld world, SimProcess process) {
    this.world = world;
    this.process = process;
    this.dice = world.simulation.random().split();
    for (LogWorld.Volume volume : world.volumes) {
      logs.add(world.log(volume, process));
      readers.add(new LogWriter(world, volume, process, LogWriter.Habit.PROPER));
    }
    this.trims = dice.below(3);
  }

  static LogRecord.Pin pin(LogWorld world, long position, String hold) {
    return new LogRecord.Pin("pin-" + world.nextStamp(), "test", position, hold, 0);
  }

  static LogRecord.Set size(long bytes) {
    return new LogRecord.Set(
        OptionalLong.of(bytes), Optional.empty(), new TreeMap<>(), new TreeSet<>());
  }

  boolean create() {
    for (int i = 0; i < logs.size(); i++) {
      LogRecord.Create create =
          new LogRecord.Create(
              4 << 20,
              1 << 20,
              "by-" + process.name() + "-" + world.nextStamp(),
              trims == 0,
              Optional.empty(),
              new TreeMap<>(),
              new TreeSet<>(),
              0,
              false);
      while (true) {
        try {
          boolean won = logs.get(i).create(create);
          boolean there = witness(i).at(1).record().equals(create);
          witness(i)
              .require(
                  won == there,
                  "CREATE won is " + won + ", but there is " + witness(i).at(1).record());
          break;
        } catch (StoreUnavailable e) {
          world.expected("create", e);
        }
      }
    }
    return true;
  }

  private LogWitness witness(int i) {
    return world.volumes.get(i).witness;
  }

  boolean run(int steps) {
    for (int i = 0; i < steps && !world.calm; i++) {
      process
          .execution()
          .sleep(
              dice.between(
                  Duration.ZERO, Duration.ofMillis(dice.oneOf(List.of(1L, 300L, 5_000L)))));
      try {
        step(dice.below(logs.size()));
      } catch (VolumeBusy | InvalidRequest | StoreUnavailable e) {
        world.expected("controller", e);
      }
    }
    return true;
  }

  private void step(int i) {
    switch (dice.below(14)) {
      case 0, 1 -> pinHere(i);
      case 2 -> pinOfAPin(i);
      case 3 -> unpin(i);
      case 4 -> close(i);
      case 5 -> detach(i);
      case 6 -> attach(i);
      case 7 -> resize(i);
      case 8 -> group();
      case 9 -> lookAtPin(i);
      case 10 -> replay(i);
      case 11 -> retire(i);
      default -> load(i);
    }
  }

  private LoadedLog load(int i) {
    long tail = witness(i).tail();
    LoadedLog loaded = logs.get(i).load();
    witness(i).requireLoaded(loaded, tail);
    return loaded;
  }

  /** Everything that a reader without protection sees is of one moment. */
  private void replay(int i) {
    LoadedLog log = load(i);
    long covers = log.checkpoint().map(c -> c.covers()).orElse(0L);
    List<CommitAt> commits;
    try {
      commits = logs.get(i).commits(covers, log.state().tail());
    } catch (ObjectMissing e) {
      world.expected("replay", e);
      return;
    }
    List<Long> slots = commits.stream().map(CommitAt::slot).toList();
    List<Long> truth = witness(i).commits(covers, log.state().tail());
    witness(i)
        .require(slots.equals(truth), "replay shows the COMMITs " + slots + " instead of " + truth);
    commits.forEach(commit ->
        witness(i)
            .require(
                LogWriter.stamp(commit.commit())
                    == LogWriter.stamp((LogRecord.Commit) witness(i).at(commit.slot()).record()),
                "replay shows another COMMIT in slot " + commit.slot()));
    world.coverage.count("a replay of nobody's");
  }

  /** Appends; a record that is refused for good has not landed as one that stands. */
  private Appended append(
      int i, Function<VolumeState, LogRecord> legalAtTail, BiPredicate<VolumeState, Long> shows) {
    long tail = witness(i).tail();
    Appended appended = logs.get(i).append(legalAtTail, shows);
    witness(i).requireLoaded(appended.log(), tail);
    witness(i)
        .require(
            shows.test(appended.log().state(), appended.slot()), "what was reported does not show");
    return appended;
  }

  private Optional<LivePin> appendPin(int i, Function<VolumeState, LogRecord.Pin> make) {
    LogRecord.Pin[] made = new LogRecord.Pin[1];
    try {
      Appended appended =
          append(
              i,
              state -> {
                made[0] = made[0] == null ? make.apply(state) : made[0];
                return made[0];
              },
              (state, slot) ->
                  state.pins().live().stream()
                      .anyMatch(p -> p.slot() == slot && p.name().equals(made[0].name())));
      witness(i).requireStands(made[0], appended.slot());
      world.coverage.count("reported PIN");
      return witness(i).at(appended.slot()).state().pins().live().stream()
          .filter(p -> p.slot() == appended.slot())
          .findFirst();
    } catch (VolumeBusy e) {
      if (made[0] != null) {
        witness(i)
            .require(
                witness(i).now().pins().live().stream()
                    .noneMatch(p -> p.name().equals(made[0].name())),
                "PIN " + made[0].name() + " was refused, and lives: " + e.getMessage());
      }
      world.expected("pin", e);
      return Optional.empty();
    }
  }

  private void pinHere(int i) {
    LogRecord.Pin pin = pin(world, 0, "");
    appendPin(i, _ -> pin).ifPresent(live -> requireReadable(i, live));
  }

  private void pinOfAPin(int i) {
    List<LivePin> live = pins(i);
    if (!live.isEmpty()) {
      LogRecord.Pin pin = pin(world, dice.oneOf(live).position(), "");
      appendPin(i, _ -> pin).ifPresent(there -> requireReadable(i, there));
    }
  }

  private List<LivePin> pins(int i) {
    LoadedLog loaded = load(i);
    try {
      List<LivePin> live = logs.get(i).pins(loaded.state());
      witness(i).requirePins(live, loaded.state().tail());
      return live;
    } catch (ObjectMissing e) {
      world.expected("pins", e);
      return List.of();
    }
  }

  private void unpin(int i) {
    List<LivePin> live = pins(i);
    if (!live.isEmpty()) {
      long slot = dice.oneOf(live).slot();
      append(
          i,
          _ -> new LogRecord.Unpin(slot),
          (state, _) -> state.pins().live().stream().noneMatch(p -> p.slot() == slot));
      witness(i)
          .require(
              witness(i).now().pins().live().stream().noneMatch(p -> p.slot() == slot),
              "an UNPIN was reported");
      world.coverage.count("reported UNPIN");
    }
  }

  private void lookAtPin(int i) {
    List<LivePin> live = pins(i);
    if (!live.isEmpty()) {
      requireReadable(i, dice.oneOf(live));
    }
  }

  /** While a pin lives, what it holds can be read, exactly. */
  private void requireReadable(int i, LivePin pin) {
    LoadedLog pinned = null;
    TreeMap<Long, Long> stamps = null;
    try {
      pinned = logs.get(i).loadAt(pin.position());
      stamps = readers.get(i).committedAt(pinned);
    } catch (S3ShardException e) {
      world.expected("pinned", e);
    }
    boolean lives = witness(i).now().pins().live().contains(pin);
    if (pinned != null && stamps != null && lives) {
      witness(i).requireState(pinned, pin.position());
      readers.get(i).requireCommitted(stamps, pin.position());
      world.coverage.count("a pin was read");
    } else {
      witness(i).require(!lives, "pin " + pin + " lives and can't be read");
    }
  }

  private void close(int i) {
    long epoch = load(i).state().openEpoch();
    if (epoch != 0) {
      append(
          i, _ -> new LogRecord.Close(epoch, "forced"), (state, _) -> state.openEpoch() != epoch);
      witness(i)
          .require(
              witness(i).now().openEpoch() != epoch,
              "a CLOSE of " + epoch + " was reported, it is open");
      world.coverage.count("reported CLOSE");
    }
  }

  private void detach(int i) {
    VolumeState seen = load(i).state();
    Optional<String> node =
        seen.ownerNode().or(() -> seen.attachments().keySet().stream().findFirst());
    if (node.isPresent()) {
      long before = witness(i).tail();
      BiPredicate<VolumeState, Long> gone =
          (state, _) ->
              !state.attachments().containsKey(node.get()) && !state.ownerNode().equals(node);
      append(i, _ -> new LogRecord.Detach(node.get()), gone);
      boolean ended = false;
      for (long slot = before; slot <= witness(i).tail(); slot++) {
        ended |= gone.test(witness(i).at(slot).state(), slot);
      }
      witness(i)
          .require(ended, "a DETACH of " + node.get() + " was reported, it has never been off");
      world.coverage.count("reported DETACH");
    }
  }

  private void attach(int i) {
    String node = "host-" + dice.below(3);
    AttachMode mode = dice.chance(0.8) ? AttachMode.SINGLE_WRITER : AttachMode.READ_ONLY;
    append(
        i,
        _ -> new LogRecord.Attach(node, mode),
        (state, _) -> state.attachments().get(node) == mode);
    world.coverage.count("reported ATTACH");
  }

  private void resize(int i) {
    long size = load(i).state().sizeBytes() + dice.between(1, 1 << 20);
    append(i, _ -> size(size), (state, _) -> state.sizeBytes() >= size);
    witness(i)
        .require(witness(i).now().sizeBytes() >= size, "a SET of " + size + " bytes was reported");
    world.coverage.count("reported SET");
  }

  private void retire(int i) {
    if (dice.chance(0.1)) {
      append(i, _ -> new LogRecord.Retire("test"), (state, _) -> state.retired());
      witness(i).require(witness(i).now().retired(), "a RETIRE was reported");
      world.coverage.count("reported RETIRE");
    }
  }

  /**
   * HOLD on all volumes, then PIN on all: no pin holds an effect without its cause on another
   * volume.
   */
  private void group() {
    String group = "group-" + world.nextStamp();
    List<LivePin> pins = new ArrayList<>();
    try {
      for (int i = 0; i < logs.size(); i++) {
        append(
            i,
            _ -> new LogRecord.Hold(group),
            (state, _) -> state.hold().equals(Optional.of(group)));
      }
      for (int i = 0; i < logs.size(); i++) {
        LogRecord.Pin pin = pin(world, 0, group);
        appendPin(i, _ -> pin).ifPresent(pins::add);
      }
    } catch (VolumeBusy | StoreUnavailable e) {
      world.expected("group", e);
    }
    if (pins.size() == logs.size()) {
      world.coverage.count("group snapshot");
      for (int i = 0; i < pins.size(); i++) {
        requireCauses(pins, i);
      }
    }
    for (VolumeLog log : logs) {
      try {
        log.append(
            _ -> new LogRecord.Release(group),
            (state, _) -> !state.hold().equals(Optional.of(group)));
      } catch (VolumeBusy | StoreUnavailable e) {
        world.expected("release", e);
      }
    }
  }

  private void requireCauses(List<LivePin> pins, int effects) {
    for (LogWorld.Acknowledged effect : world.volumes.get(effects).acknowledged) {
      if (effect.slot() > pins.get(effects).position()) {
        continue;
      }
      for (int causes = 0; causes < pins.size(); causes++) {
        for (LogWorld.Acknowledged cause : world.volumes.get(causes).acknowledged) {
          witness(causes)
              .require(
                  cause.acknowledged() >= effect.issued()
                      || cause.slot() <= pins.get(causes).position(),
                  "the group snapshot holds COMMIT "
                      + effect.stamp()
                      + ", but not "
                      + cause.stamp()
                      + " before it");
        }
      }
    }
  }
}
