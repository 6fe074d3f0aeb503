package io.s3shard.sim;

import io.s3shard.error.Fenced;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.execution.Execution;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.AttachMode;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.CommitAt;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens a volume again and again and commits to it, with checkpoints and trimming. A COMMIT's only
 * block says which it is: its number is the COMMIT's stamp.
 */
final class LogWriter {
  /** How a writer breaks the rules; for tests that show that it is noticed. */
  enum Habit {
    PROPER,
    /** Deletes COMMITs before the checkpoint that covers them is in the log. */
    TRIMS_TOO_EARLY
  }

  private final LogWorld world;
  private final LogWorld.Volume volume;
  private final LogWitness witness;
  private final SimProcess process;
  private final Execution execution;
  private final ObjectStore store;
  private final VolumeLog log;
  private final SimRandom dice;
  private final Habit habit;
  private final int checkpointEvery;

  /** Slot and stamp of all that was committed, as this owner knows it. */
  private TreeMap<Long, Long> known = new TreeMap<>();

  LogWriter(LogWorld world, LogWorld.Volume volume, SimProcess process, Habit habit) {
    this.world = world;
    this.volume = volume;
    this.witness = volume.witness;
    this.process = process;
    this.execution = process.execution();
    this.store = world.store(process);
    this.log = world.log(volume, process);
    this.dice = world.simulation.random().split();
    this.habit = habit;
    this.checkpointEvery = (int) dice.between(2, 12);
  }

  boolean run(int opens) {
    for (int i = 0; i < opens && !world.calm; i++) {
      try {
        open();
      } catch (Fenced | Poisoned | StoreUnavailable | VolumeBusy e) {
        world.expected("writer", e);
      }
      execution.sleep(dice.between(Duration.ofMillis(1), Duration.ofSeconds(2)));
    }
    return true;
  }

  /**
   * One epoch without a chance to fail, once all is calm: what was acknowledged is there, and one
   * can go on.
   */
  boolean lastWord() {
    LoadedLog loaded = load();
    if (loaded.state().retired()) {
      return false;
    }
    attachSelf(loaded.state());
    Optional<OwnedLog> owned = Optional.empty();
    for (int i = 0; i < 20 && owned.isEmpty(); i++) {
      Writer writer = writer(process.name());
      owned =
          new Opening(log)
              .open(
                  writer,
                  load().state().openEpoch(),
                  false,
                  new OwnerSettings(() -> false, () -> true));
    }
    witness.require(owned.isPresent(), "nobody can open it although all is calm");
    takeIn(owned.orElseThrow());
    commit(owned.orElseThrow(), Optional.empty());
    owned.orElseThrow().close("done");
    return true;
  }

  private void attachSelf(VolumeState seen) {
    if (seen.requiresAttach()) {
      for (String node : seen.attachments().keySet()) {
        log.append(
            _ -> new LogRecord.Detach(node), (state, _) -> !state.attachments().containsKey(node));
      }
      LogRecord attach = new LogRecord.Attach(process.name(), AttachMode.SINGLE_WRITER);
      log.append(_ -> attach, (state, _) -> state.attachments().containsKey(process.name()));
    }
  }

  private LoadedLog load() {
    long tail = witness.tail();
    LoadedLog loaded = log.load();
    witness.requireLoaded(loaded, tail);
    return loaded;
  }

  private String node(LoadedLog loaded) {
    boolean strict = loaded.state().requiresAttach() && !loaded.state().attachments().isEmpty();
    return strict ? loaded.state().attachments().firstKey() : process.name();
  }

  private Writer writer(String node) {
    return new Writer(Writer.id(execution.randomBytes(16)), node, process.name(), "boot", "sim");
  }

  private void open() {
    LoadedLog loaded = load();
    long presumed = loaded.state().openEpoch();
    if (loaded.state().retired() || presumed != 0 && !dice.chance(0.3)) {
      return;
    }
    execution.sleep(
        dice.between(Duration.ZERO, Duration.ofMillis(dice.oneOf(List.of(0L, 0L, 10L, 1_000L)))));
    Writer writer = writer(node(loaded));
    boolean takesOver = presumed != 0 && dice.chance(0.5);
    boolean givesUp = dice.chance(0.1);
    OwnerSettings settings =
        new OwnerSettings(() -> givesUp && dice.chance(0.3), () -> dice.chance(0.1));
    Optional<OwnedLog> owned = new Opening(log).open(writer, presumed, takesOver, settings);
    if (owned.isEmpty()) {
      world.coverage.count("writer: lost the race for OPEN");
      return;
    }
    own(owned.get(), writer);
  }

  private void own(OwnedLog owned, Writer writer) {
    LogRecord opened = witness.at(owned.epoch()).record();
    witness.require(
        opened instanceof LogRecord.Open open
            && open.writer().equals(writer)
            && witness.at(owned.epoch()).stands(),
        "an OPEN was reported in slot " + owned.epoch() + ", there is " + opened);
    if (!takeIn(owned)) {
      return;
    }
    int commits = (int) dice.between(0, 40);
    Optional<Checkpoint> ready = Optional.empty();
    Optional<Checkpoint> named = owned.checkpoint();
    for (int i = 0; i < commits && !world.calm; i++) {
      idle();
      if (dice.chance(0.06)) {
        ownRecord(owned);
      }
      if (ready.isEmpty() && dice.below(checkpointEvery) == 0) {
        ready = checkpoint(owned);
      } else if (ready.isPresent() && dice.chance(0.5)) {
        long slot = commit(owned, ready);
        trim(owned, named, ready.get(), slot);
        named = ready;
        ready = Optional.empty();
        continue;
      }
      commit(owned, Optional.empty());
    }
    if (dice.chance(0.7)) {
      owned.close("enough");
    }
  }

  private void idle() {
    if (dice.chance(0.3)) {
      execution.sleep(
          dice.between(Duration.ZERO, Duration.ofMillis(dice.oneOf(List.of(5L, 100L, 8_000L)))));
    }
  }

  /** Learns what was committed before; false if it was fenced meanwhile, and therefore can't. */
  private boolean takeIn(OwnedLog owned) {
    Optional<TreeMap<Long, Long>> before =
        committed(new LoadedLog(owned.state(), owned.checkpoint()));
    if (before.isEmpty()) {
      witness.require(
          witness.now().openEpoch() != owned.epoch(),
          "the owner of epoch " + owned.epoch() + " misses objects");
      return false;
    }
    known = before.get();
    requireCommitted(known, owned.state().tail());
    return true;
  }

  /** Slots and stamps up to the tail of {@code at}; empty if something is missing. */
  Optional<TreeMap<Long, Long>> committed(LoadedLog at) {
    try {
      TreeMap<Long, Long> stamps = new TreeMap<>();
      if (at.checkpoint().isPresent()) {
        ByteBuffer root = store.get(at.checkpoint().get().root().key(), Purpose.MAP).body();
        while (root.hasRemaining()) {
          stamps.put(root.getLong(), root.getLong());
        }
      }
      long covers = at.checkpoint().map(Checkpoint::covers).orElse(0L);
      for (CommitAt commit : log.commits(covers, at.state().tail())) {
        stamps.put(commit.slot(), stamp(commit.commit()));
      }
      return Optional.of(stamps);
    } catch (ObjectMissing _) {
      return Optional.empty();
    }
  }

  /** These are exactly the COMMITs that stand up to {@code slot}. */
  void requireCommitted(TreeMap<Long, Long> stamps, long slot) {
    witness.require(
        List.copyOf(stamps.keySet()).equals(witness.commits(0, slot)),
        "the COMMITs up to slot "
            + slot
            + " are "
            + witness.commits(0, slot)
            + ", loaded were "
            + stamps.keySet());
    stamps.forEach((at, stamp) ->
        witness.require(
            stamp((LogRecord.Commit) witness.at(at).record()) == stamp,
            "the COMMIT in slot " + at + " was loaded as " + stamp));
  }

  static long stamp(LogRecord.Commit commit) {
    return commit.extents().getFirst().range().first();
  }

  private long commit(OwnedLog owned, Optional<Checkpoint> checkpoint) {
    long stamp = world.nextStamp();
    long issued = world.event();
    int blocks = dice.below(3);
    BlockRange range = new BlockRange(stamp, Math.max(1, blocks));
    Extent extent =
        blocks == 0
            ? Extent.zeros(range)
            : Extent.of(range, ObjectRef.log(volume.id(), 0, blocks), 0);
    List<ByteBuffer> payload =
        blocks == 0 ? List.of() : List.of(ByteBuffer.allocate(blocks * Blocks.SIZE));
    LogRecord.Commit draft =
        new LogRecord.Commit(
            owned.epoch(), stamp, 4096 * stamp, List.of(extent), Optional.empty(), checkpoint);
    CommitAt landed = owned.commit(draft, payload);
    LogWitness.Entry truth = witness.at(landed.slot());
    witness.require(
        truth.stands() && truth.record() instanceof LogRecord.Commit there && stamp(there) == stamp,
        "COMMIT "
            + stamp
            + " was acknowledged in slot "
            + landed.slot()
            + ", there is "
            + truth.record());
    known.put(landed.slot(), stamp);
    volume.acknowledged.add(new LogWorld.Acknowledged(landed.slot(), stamp, issued, world.event()));
    return landed.slot();
  }

  private void ownRecord(OwnedLog owned) {
    try {
      long size = owned.state().sizeBytes() + 4096;
      LogRecord record =
          dice.chance(0.5) ? LogController.pin(world, 0, "") : LogController.size(size);
      long slot =
          owned
              .append(state ->
                  record instanceof LogRecord.Set
                      ? LogController.size(state.sizeBytes() + 1)
                      : record)
              .slot();
      witness.require(witness.at(slot).stands(), "the owner's record in slot " + slot + " is void");
    } catch (VolumeBusy e) {
      world.expected("owner", e);
    }
  }

  /** Writes what is known into an object, for a later COMMIT to name. */
  private Optional<Checkpoint> checkpoint(OwnedLog owned) {
    if (known.isEmpty()) {
      return Optional.empty();
    }
    long covers = known.lastKey();
    ObjectRef root =
        ObjectRef.map(volume.id(), owned.epoch(), owned.state().tail(), world.nextStamp());
    ByteBuffer body = ByteBuffer.allocate(16 * known.size());
    known.forEach((slot, stamp) -> body.putLong(slot).putLong(stamp));
    store.put(root.key(), io.s3shard.store.Body.of(body.flip()), Purpose.BACKGROUND);
    Checkpoint made = new Checkpoint(root, covers);
    if (habit == Habit.TRIMS_TOO_EARLY) {
      delete(owned, owned.checkpoint(), made, owned.nextSlot());
    }
    return Optional.of(made);
  }

  private void trim(OwnedLog owned, Optional<Checkpoint> before, Checkpoint now, long death) {
    if (dice.chance(0.8)) {
      execution.fork(
          "trim",
          () -> {
            delete(owned, before, now, death);
            return null;
          });
    }
  }

  /** What died at slot {@code death}, but for what a pin may see. */
  private void delete(OwnedLog owned, Optional<Checkpoint> before, Checkpoint now, long death) {
    List<LivePin> pins;
    try {
      pins = log.pins(owned.state());
    } catch (ObjectMissing e) {
      world.expected("trim", e);
      return;
    }
    List<ObjectKey> dead = new ArrayList<>();
    for (long slot : known.headMap(now.covers(), true).keySet()) {
      if (slot > before.map(Checkpoint::covers).orElse(0L)
          && pins.stream().noneMatch(p -> sees(p, slot, death))) {
        dead.add(Layout.log(volume.id(), slot));
      }
    }
    before
        .map(Checkpoint::root)
        .filter(root -> pins.stream().noneMatch(p -> sees(p, root.tail(), death)))
        .ifPresent(root -> dead.add(root.key()));
    try {
      store.delete(dead, Purpose.BACKGROUND);
    } catch (S3ShardException e) {
      world.expected("trim", e);
    }
  }

  private static boolean sees(LivePin pin, long birth, long death) {
    return birth <= pin.position() && pin.position() < death;
  }

  /** For tests of what a pin protects. */
  @Nullable TreeMap<Long, Long> committedAt(LoadedLog pinned) {
    return committed(pinned).orElse(null);
  }
}
