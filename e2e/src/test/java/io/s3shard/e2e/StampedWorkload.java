package io.s3shard.e2e;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One writer whose every operation leaves its number in what it writes: 512-byte units stamped with
 * operation and place. So the content of the image tells which operations it shows, and whether
 * they are a prefix of what was done. Discards leave zeros.
 */
final class StampedWorkload {
  /** Bytes that carry one stamp: a sector. */
  static final int UNIT = 512;

  /**
   * Less than 32 pages wherever it begins: the kernel makes one request of it, so it is done as a
   * whole or not at all.
   */
  private static final int LONGEST_UNITS = 240;

  /** What was done to units {@code first} to {@code first + count - 1}. */
  record Operation(long number, boolean discard, int first, int count) {}

  private final Path image;
  private final int units;
  private final Random random;
  private final List<Operation> operations = new ArrayList<>();
  private volatile boolean stopping;
  private int answered;
  private int synced;

  StampedWorkload(Path image, long sizeBytes, long seed) {
    this.image = image;
    this.units = Math.toIntExact(sizeBytes / UNIT);
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

  /** Ends {@link #run} after the operation that is under way. */
  void stop() {
    stopping = true;
  }

  /** Writes until the daemon dies under it, or {@link #stop}. */
  void run() throws InterruptedException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      while (!stopping) {
        step(channel);
      }
    } catch (IOException expected) {
      // the daemon was killed: the last operation was not answered
    }
  }

  private void step(FileChannel channel) throws IOException, InterruptedException {
    int kind = random.nextInt(100);
    if (kind < 12) {
      int before = answered;
      channel.force(false);
      synced = before;
      return;
    }
    int count = 1 + (random.nextInt(8) == 0 ? random.nextInt(LONGEST_UNITS) : random.nextInt(16));
    int first = random.nextInt(units - count);
    Operation operation = new Operation(operations.size() + 1, kind < 14, first, count);
    operations.add(operation);
    if (operation.discard()) {
      punch(operation);
    } else {
      channel.write(stamped(operation), (long) first * UNIT);
    }
    answered = operations.size();
  }

  private void punch(Operation operation) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "fallocate",
                "--punch-hole",
                "--offset",
                String.valueOf((long) operation.first() * UNIT),
                "--length",
                String.valueOf((long) operation.count() * UNIT),
                image.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("fallocate was not answered");
    }
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
    int wrong = 0;
    for (int unit = 0; unit < units; unit++) {
      wrong += found[unit] == 0 ? 0 : 1;
    }
    int longest = wrong == 0 ? 0 : -1;
    int fewest = wrong;
    for (Operation operation : operations) {
      for (int unit = operation.first(); unit < operation.first() + operation.count(); unit++) {
        long now = operation.discard() ? 0 : operation.number();
        wrong += (found[unit] == now ? 0 : 1) - (found[unit] == expected[unit] ? 0 : 1);
        expected[unit] = now;
      }
      fewest = Math.min(fewest, wrong);
      longest = wrong == 0 ? (int) operation.number() : longest;
    }
    return new Shown(
        longest, longest < 0 ? "no prefix: the nearest differs in " + fewest + " units" : "");
  }

  /** {@code operations}: how many the image shows, -1 if it shows no prefix. */
  record Shown(int operations, String problem) {}

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
              return "unit "
                  + unit
                  + " is torn or misplaced: operation "
                  + number
                  + ", place "
                  + place;
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
