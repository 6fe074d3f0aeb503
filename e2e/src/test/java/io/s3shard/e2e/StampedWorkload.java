package io.s3shard.e2e;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * One writer whose every operation leaves its number in what it writes: 512-byte units stamped with
 * operation and place. So the content of the image tells which operations it shows, and whether
 * they are a prefix of what was done. Discards leave zeros. A number is used once: what a crash has
 * undone and comes back later is seen.
 */
final class StampedWorkload {
  /** Bytes that carry one stamp: a sector. */
  static final int UNIT = 512;

  /** Units of a page of the kernel's. */
  private static final int PAGE = 8;

  /** Units of the longest write or discard, 30 pages: less than what the kernel sends at once. */
  private static final int LONGEST = 240;

  private static final int SHORT = 16;

  /** How many wrong units a failure shows. */
  private static final int SHOWN_MAX = 20;

  /** How large the image is, and how many of 100 operations are of a kind. */
  record Load(long sizeBytes, int fsyncs, int discards, int longOnes) {
    /** Small enough that most is written again and again: what is old must not come back. */
    static final Load USUAL = new Load(16 << 20, 12, 4, 12);
  }

  /** What was done to units {@code first} to {@code first + count - 1}. */
  record Operation(long number, boolean discard, int first, int count) {
    int end() {
      return first + count;
    }

    /** What its units show afterwards. */
    long leaves() {
      return discard ? 0 : number;
    }
  }

  private final Path image;
  private final int units;
  private final Load load;
  private final Random random;

  /** Those that count: what a crash has undone is taken away. */
  private final List<Operation> operations = new ArrayList<>();

  private volatile boolean stopping;
  private long lastNumber;
  private volatile int answered;
  private int synced;
  private int fsyncs;
  private int discards;

  StampedWorkload(Path image, Load load, long seed) {
    this.image = image;
    this.units = Math.toIntExact(load.sizeBytes() / UNIT);
    this.load = load;
    this.random = new Random(seed);
  }

  /** How many operations were answered. */
  int answered() {
    return answered;
  }

  /** How many operations the last answered fsync covers. */
  int synced() {
    return synced;
  }

  /**
   * How many operations there were in all, undone ones too; how many fsyncs and discards were
   * answered.
   */
  String done() {
    return "%d writes, %d discards, %d fsyncs".formatted(lastNumber - discards, discards, fsyncs);
  }

  int fsyncs() {
    return fsyncs;
  }

  int discards() {
    return discards;
  }

  /** Ends {@link #run} after the operation that is under way. */
  void stop() {
    stopping = true;
  }

  /** Writes until the daemon dies under it, or {@link #stop}. */
  void run() {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE);
        Holes holes = Holes.in(image)) {
      while (!stopping) {
        step(channel, holes);
      }
    } catch (IOException expected) {
      // the daemon was killed: the last operation was not answered
    }
  }

  private void step(FileChannel channel, Holes holes) throws IOException {
    int kind = random.nextInt(100);
    if (kind < load.fsyncs()) {
      int before = answered;
      channel.force(false);
      synced = before;
      fsyncs++;
      return;
    }
    int count = 1 + random.nextInt(random.nextInt(100) < load.longOnes() ? LONGEST : SHORT);
    int first = place(count);
    boolean discard = kind < load.fsyncs() + load.discards();
    Operation operation = new Operation(++lastNumber, discard, first, count);
    operations.add(operation);
    if (discard) {
      holes.punch((long) first * UNIT, (long) count * UNIT);
      discards++;
    } else {
      ByteBuffer data = stamped(operation);
      if (channel.write(data, (long) first * UNIT) < data.limit()) {
        throw new IOException("a short write: the daemon died in the middle of it");
      }
    }
    answered = operations.size();
  }

  /**
   * Where an operation begins, so that the kernel makes one request of it, which is done as a whole
   * or not at all: a write that begins inside a page that is not cached ends a request at the end
   * of that page.
   */
  private int place(int count) {
    int first = random.nextInt(units - count);
    return first % PAGE + count <= PAGE ? first : first / PAGE * PAGE;
  }

  private static ByteBuffer stamped(Operation operation) {
    ByteBuffer data = ByteBuffer.allocate(operation.count() * UNIT);
    for (int i = 0; i < operation.count(); i++) {
      for (int at = 0; at < UNIT; at += 16) {
        data.putLong(operation.number()).putLong(operation.first() + i);
      }
    }
    return data.flip();
  }

  /** {@code operations}: how many the image shows, -1 if it shows no prefix, and then why. */
  record Shown(int operations, String problem) {}

  /**
   * The number of operations whose effect the image shows, if it shows exactly a prefix of them;
   * else what is wrong with it. Several prefixes may look the same; the longest counts.
   */
  Shown shown() throws IOException {
    long[] found = new long[units];
    String torn = read(found);
    if (torn != null) {
      return new Shown(-1, torn);
    }
    long[] expected = new long[units];
    int wrong = (int) Arrays.stream(found).filter(number -> number != 0).count();
    int longest = wrong == 0 ? 0 : -1;
    int fewest = wrong;
    int nearest = 0;
    for (int done = 1; done <= operations.size(); done++) {
      Operation operation = operations.get(done - 1);
      for (int unit = operation.first(); unit < operation.end(); unit++) {
        long now = operation.leaves();
        wrong += (found[unit] == now ? 0 : 1) - (found[unit] == expected[unit] ? 0 : 1);
        expected[unit] = now;
      }
      nearest = wrong <= fewest ? done : nearest;
      fewest = Math.min(fewest, wrong);
      longest = wrong == 0 ? done : longest;
    }
    return new Shown(longest, longest < 0 ? difference(found, nearest) : "");
  }

  /** Which units are not as the first {@code done} operations leave them, for people. */
  private String difference(long[] found, int done) {
    Operation[] last = new Operation[units];
    for (Operation operation : operations.subList(0, done)) {
      Arrays.fill(last, operation.first(), operation.end(), operation);
    }
    StringBuilder text = new StringBuilder("no prefix, the nearest is that of the first ");
    text.append(done).append(" of ").append(operations.size()).append(", ").append(answered);
    text.append(" answered, ").append(synced).append(" synced; but:");
    int shown = 0;
    for (int unit = 0; unit < units && shown < SHOWN_MAX; unit++) {
      if (found[unit] != (last[unit] == null ? 0 : last[unit].leaves())) {
        text.append(" unit ").append(unit).append(" shows ").append(found[unit]);
        text.append(" instead of ").append(last[unit]).append(';');
        shown++;
      }
    }
    return text.toString();
  }

  private String read(long[] found) throws IOException {
    // for writing: that takes the volume over from its dead holder; a reader alone never does
    try (FileChannel channel =
        FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer data = ByteBuffer.allocate(1 << 20);
      for (long at = 0; at < (long) units * UNIT; ) {
        data.clear();
        int n = channel.read(data, at);
        if (n <= 0 || n % UNIT != 0) {
          return "a read at " + at + " gave " + n + " bytes";
        }
        data.flip();
        for (int unit = (int) (at / UNIT); data.hasRemaining(); unit++) {
          long stamp = data.getLong(data.position());
          for (int i = 0; i < UNIT; i += 16) {
            long number = data.getLong();
            long place = data.getLong();
            if (number != stamp || place != (stamp == 0 ? 0 : unit)) {
              return "unit %d is torn or misplaced: operation %d, place %d"
                  .formatted(unit, number, place);
            }
          }
          found[unit] = stamp;
        }
        at += n;
      }
    }
    return null;
  }

  /** Goes on from what the image shows: later operations never happened. */
  void forgetAfter(int shown) {
    operations.subList(shown, operations.size()).clear();
    answered = shown;
    synced = shown;
  }
}
