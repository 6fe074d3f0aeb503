package io.s3shard.sim;

import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.image.Image;
import io.s3shard.log.LogRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One opening of an image: what it holds is held against the model first; then some tasks work on
 * it at once.
 */
final class Session {
  private final ImageWorld world;
  private final ImageWorld.Volume volume;
  private final ImageHost host;
  private final SimProcess process;
  private final Execution execution;
  private final Image image;
  private final SimRandom dice;
  private final long epoch;
  private Ledger ledger;
  private boolean failed;
  private int flushing;

  Session(
      ImageWorld world, ImageWorld.Volume volume, ImageHost host, SimProcess process, Image image) {
    this.world = world;
    this.volume = volume;
    this.host = host;
    this.process = process;
    this.execution = process.execution();
    this.image = image;
    this.dice = world.simulation.random().split();
    this.epoch = volume.witness.newestEpochOf(process.name());
    this.ledger = volume.current;
  }

  boolean isOf(SimProcess other) {
    return process == other;
  }

  /** Whether somebody else has opened the volume since, or ended our epoch. */
  boolean isFenced() {
    return volume.witness.now().openEpoch() != epoch;
  }

  /** Reads everything, finds out what it shows, and goes on from there. */
  void takeStock() {
    byte[] content = readAll();
    Ledger before = volume.current;
    if (before.epoch() > epoch) {
      ledger = new Ledger(process.name(), epoch, content, List.of(), world::event);
      ledger.superseded(content);
      return;
    }
    boolean takesOver = ((LogRecord.Open) volume.witness.at(epoch).record()).takesOver();
    boolean nothingLost =
        world.storeSettings.outageDeadline().isEmpty()
            && before.opener().equals(host.name())
            && before.openedAt() > host.lostAt()
            && volume.witness.staysOn(host.name(), before.epoch(), epoch);
    Set<Operation> kept;
    try {
      kept =
          nothingLost
              ? before.view().explainWithAllAnswered(content)
              : before.view().explain(content);
    } catch (AssertionError e) {
      throw new AssertionError(
          process.name()
              + " opened (slot "
              + epoch
              + (takesOver ? ", takes over" : "")
              + (nothingLost ? ", the arena is kept" : "")
              + ") what "
              + before.opener()
              + " had opened (slot "
              + before.epoch()
              + "): "
              + e.getMessage(),
          e);
    }
    world.coverage.count(
        nothingLost
            ? "opened with the arena"
            : takesOver ? "took over after a stranger" : "opened");
    if (kept.size() < before.operations().size()) {
      world.coverage.count("some operations were lost");
    }
    if (isArenaOf(before.epoch())) {
      goesOnWith(before);
    }
    before.superseded(content);
    ledger =
        takesOver
            ? before.goOn(host.name(), epoch, content, kept)
            : new Ledger(host.name(), epoch, content, List.of(), world::event);
    volume.current = ledger;
  }

  /** Whether each OPEN from {@code older} on took its predecessor's arena over. */
  private boolean isArenaOf(long older) {
    long at = epoch;
    while (at > older) {
      LogRecord.Open open = (LogRecord.Open) volume.witness.at(at).record();
      if (!open.takesOver()) {
        return false;
      }
      at = open.presumedEpoch();
    }
    return at == older;
  }

  /** The arena is that of {@code before}: it must not be one that was given up. */
  private void goesOnWith(Ledger before) {
    world.coverage.count("successor on the same arena");
    if (before.hasFailed()) {
      throw new AssertionError(
          process.name()
              + " (slot "
              + epoch
              + ") goes on with the arena of slot "
              + before.epoch()
              + ", whose user was told that a flush has failed");
    }
  }

  private byte[] readAll() {
    byte[] content = new byte[Math.toIntExact(image.sizeBytes())];
    int step = (int) dice.between(1, 96 << 10);
    for (int at = 0; at < content.length; at += step) {
      image.read(at, ByteBuffer.wrap(content, at, Math.min(step, content.length - at)));
    }
    return content;
  }

  /** Some rounds of work; after each all is quiet for a moment. */
  void work() {
    int rounds = (int) dice.between(1, 4);
    for (int round = 0; round < rounds && !world.calm; round++) {
      List<Execution.Task<Boolean>> tasks = new ArrayList<>();
      int count = dice.oneOf(List.of(1, 1, 2, 3));
      for (int i = 0; i < count; i++) {
        SimRandom own = dice.split();
        int steps = own.below(25);
        tasks.add(execution.fork("task-" + i, () -> steps(own, steps)));
      }
      S3ShardException first = null;
      for (Execution.Task<Boolean> task : tasks) {
        try {
          task.join();
        } catch (S3ShardException e) {
          first = first == null ? e : first;
        }
      }
      if (first != null) {
        throw first;
      }
      if (dice.chance(0.5)) {
        lookAtAll();
      }
    }
  }

  /**
   * All is quiet: the image holds exactly what was answered. After a flush the past may be
   * forgotten.
   */
  private void lookAtAll() {
    boolean flushed = dice.chance(0.7);
    if (flushed) {
      flush();
    }
    byte[] content = readAll();
    ledger.view().explainWithAllAnswered(content);
    if (flushed) {
      ledger.rebase(content);
    }
    world.coverage.count("looked at all");
  }

  private boolean steps(SimRandom own, int steps) {
    for (int i = 0; i < steps && !failed; i++) {
      if (own.chance(0.3)) {
        execution.sleep(
            own.between(
                Duration.ZERO, Duration.ofMillis(own.oneOf(List.of(5L, 50L, 50L, 3_000L)))));
      }
      step(own);
    }
    return true;
  }

  private void step(SimRandom own) {
    switch (own.below(20)) {
      case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> write(own);
      case 9, 10, 11, 12, 13 -> read(own);
      case 14 -> discard(own);
      case 15 -> zero(own);
      case 16 -> writeZeros(own);
      case 17 -> grow(own);
      default -> flush();
    }
  }

  private record Place(long offset, int length) {}

  /** Of bytes, sectors, blocks, or across chunks, anywhere below {@code end}. */
  private static Place place(SimRandom own, long end) {
    if (own.chance(0.03) && end >= ImageWorld.CHUNK_BYTES) {
      long chunk = own.below(end / ImageWorld.CHUNK_BYTES);
      return new Place(chunk * ImageWorld.CHUNK_BYTES, ImageWorld.CHUNK_BYTES);
    }
    int unit = own.oneOf(List.of(1, 512, 4096, 4096));
    long most = own.chance(0.1) ? 300 << 10 : own.oneOf(List.of(1, 1, 2, 9)) * 4096L;
    long offset = own.below(Math.max(1, end)) / unit * unit;
    long length = Math.max(unit, own.below(most) / unit * unit);
    return new Place(offset, (int) Math.max(1, Math.min(length, end - offset)));
  }

  /** A chunk as a whole, or a little more. */
  private Place chunk(SimRandom own) {
    long first = own.below(world.maxSizeBytes / ImageWorld.CHUNK_BYTES) * ImageWorld.CHUNK_BYTES;
    int length = ImageWorld.CHUNK_BYTES + (own.chance(0.3) ? own.below(4) * 4096 : 0);
    return new Place(first, (int) Math.min(length, world.maxSizeBytes - first));
  }

  private void write(SimRandom own) {
    Place place =
        world.maxSizeBytes >= ImageWorld.CHUNK_BYTES && own.chance(0.05)
            ? chunk(own)
            : place(own, own.chance(0.1) ? world.maxSizeBytes : Math.max(1, ledger.answeredSize()));
    List<Operation> pieces = ledger.write(place.offset, place.length, world.segmentBytes / 4);
    ByteBuffer data = ByteBuffer.allocate(place.length);
    pieces.forEach(piece -> data.put(piece.content()));
    changing(() -> image.write(place.offset, data.flip()), pieces);
  }

  private void writeZeros(SimRandom own) {
    Place place = place(own, Math.max(1, ledger.answeredSize()));
    List<Operation> pieces =
        ledger.zerosInPieces(place.offset, place.length, world.segmentBytes / 4);
    changing(() -> image.write(place.offset, ByteBuffer.allocate(place.length)), pieces);
  }

  private void discard(SimRandom own) {
    if (ledger.answeredSize() > 0) {
      Place place = place(own, ledger.answeredSize());
      changing(
          () -> image.discard(place.offset, place.length),
          ledger.zeros(place.offset, place.length));
    }
  }

  private void zero(SimRandom own) {
    Place place =
        place(own, own.chance(0.1) ? world.maxSizeBytes : Math.max(1, ledger.answeredSize()));
    changing(
        () -> image.zero(place.offset, place.length), ledger.zeros(place.offset, place.length));
  }

  private void grow(SimRandom own) {
    long size =
        image.sizeBytes() + 1 + own.below(Math.max(1, world.maxSizeBytes - image.sizeBytes()));
    changing(() -> image.grow(size), ledger.size(size));
  }

  private void changing(Runnable change, List<Operation> pieces) {
    Operation first = pieces.getFirst();
    world.simulation.note("asks", first.kind.name(), first.number);
    change.run();
    ledger.answered(pieces);
    world.coverage.count(first.kind.name());
    if (first.offset % Blocks.SIZE != 0 || pieces.getLast().end % Blocks.SIZE != 0) {
      world.coverage.count("a change that ends within a block");
    }
    if (isFenced()) {
      world.coverage.count("a zombie writes on");
    }
  }

  private void read(SimRandom own) {
    long size = ledger.answeredSize();
    if (size > 0) {
      Place place = place(own, size);
      long issued = ledger.now();
      Ledger asked = ledger;
      byte[] bytes = new byte[place.length];
      boolean beside = flushing > 0;
      image.read(place.offset, ByteBuffer.wrap(bytes));
      asked.requireRead(place.offset, bytes, issued);
      world.coverage.count("READ");
      if (beside || flushing > 0) {
        world.coverage.count("a read beside a flush");
      }
      if (isFenced()) {
        world.coverage.count("a zombie reads on");
      }
    }
  }

  private void flush() {
    long issued = ledger.now();
    if (flushing++ > 0) {
      world.coverage.count("flushes of several tasks at once");
    }
    boolean fenced = isFenced();
    try {
      image.flush();
    } catch (Fenced e) {
      world.coverage.count(fenced ? "a zombie's flush fails" : "a flush is fenced");
      ledger.failed();
      throw e;
    } catch (Poisoned | StoreUnavailable e) {
      ledger.failed();
      throw e;
    } finally {
      flushing--;
    }
    ledger.flushed(issued);
    world.coverage.count("FLUSH");
  }

  /** Closes properly, or is left open for the process to be killed. */
  void close() {
    if (dice.chance(0.3) && !world.calm) {
      host.crash();
    }
    SimRandom own = dice.split();
    Execution.Task<Boolean> late = execution.fork("late", () -> writeLate(own));
    long issued = ledger.now();
    image.close();
    ledger.flushed(issued);
    world.coverage.count("CLOSE by the user");
    late.join();
  }

  /** Writes while the image is closed, until that is refused: what was answered counts. */
  private boolean writeLate(SimRandom own) {
    int writes = own.below(3);
    for (int i = 0; i < writes; i++) {
      try {
        write(own);
        world.coverage.count("a write beside a close was answered");
        execution.sleep(own.between(Duration.ZERO, Duration.ofMillis(40)));
      } catch (InvalidRequest e) {
        world.coverage.count("a write beside a close was refused");
        return true;
      }
    }
    return true;
  }

  /**
   * After a failure that was reported nothing is accepted any more, until the image is opened anew.
   */
  void giveUp() {
    failed = true;
    try {
      image.close();
    } catch (S3ShardException e) {
      world.expected("close", e);
    }
  }
}
