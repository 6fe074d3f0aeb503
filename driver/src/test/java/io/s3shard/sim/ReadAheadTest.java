package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.cache.FrameCache;
import io.s3shard.cache.IoBuffers;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.BlockReader;
import io.s3shard.image.Host;
import io.s3shard.image.Image;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.ReadAheadPool;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ByteRange;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.HeapArenas;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Read-ahead in virtual time, before a bucket of 25 ms and 80 MB/s a stream. */
@Timeout(300)
class ReadAheadTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final int CHUNK = 1 << 20;
  private static final int SIZE = 96 * CHUNK;
  private static final long POOL_BYTES = 6L << 20;

  /** What one application reads at once through a loop device. */
  private static final int REQUEST = 128 << 10;

  private final MemoryStore bucket = new MemoryStore();
  private final Random random = new Random(1);
  private final byte[] content = new byte[SIZE];
  private long nanos;

  /** A request takes 25 ms and what its bytes take. */
  private static final class PacedStore extends ForwardingStore {
    private final Execution execution;
    private final Map<Purpose, Integer> gets = new EnumMap<>(Purpose.class);
    private long bytes;
    private long underWay;
    private long mostUnderWay;

    PacedStore(MemoryStore store, Execution execution) {
      super(store);
      this.execution = execution;
    }

    @Override
    public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
      gets.merge(purpose, 1, Integer::sum);
      bytes += range.length();
      underWay += purpose == Purpose.PREFETCH ? range.length() : 0;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      execution.sleep(time(range.length()));
      underWay -= purpose == Purpose.PREFETCH ? range.length() : 0;
      return super.get(key, range, purpose);
    }

    static Duration time(long bytes) {
      return Duration.ofMillis(25).plusNanos(bytes * 1000 / 80);
    }

    int gets() {
      return gets.values().stream().mapToInt(n -> n).sum();
    }
  }

  /** Writes an image, then has {@code use} read it as a new process. */
  private PacedStore read(BiConsumer<Execution, Image> use) {
    random.nextBytes(content);
    Simulation simulation = new Simulation(1);
    Execution writing = simulation.process("writer").execution();
    SimProcess reader = simulation.process("reader");
    PacedStore store = new PacedStore(bucket, reader.execution());
    simulation.process("main").run("write", () -> write(writing));
    simulation.runUntilDone();
    reader.run(
        "read",
        () -> {
          Image image = opener(store, reader.execution()).openForReading(VOLUME, false);
          long before = simulation.nanos();
          use.accept(reader.execution(), image);
          nanos = simulation.nanos() - before;
        });
    simulation.runUntilQuiet();
    simulation.finish();
    return store;
  }

  private void write(Execution execution) {
    new VolumeLog(VOLUME, bucket, execution)
        .create(
            new LogRecord.Create(
                CHUNK,
                0,
                "fs.img",
                false,
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                0,
                false));
    Image image = opener(bucket, execution).openForWriting(VOLUME, false);
    image.write(0, ByteBuffer.wrap(content));
    image.close();
  }

  private static ImageOpener opener(ObjectStore store, Execution execution) {
    FrameCache cache = new FrameCache(12L << 20);
    return new ImageOpener(
        store,
        execution,
        new HeapArenas(1 << 20, 256),
        new ArenaPool(112),
        new BlockReader(store, execution, cache, new IoBuffers(execution, 8L << 20)),
        new ReadAheadPool(POOL_BYTES),
        new Host("node", "machine", "boot", "test"),
        ImageOptions.defaults(),
        () -> false);
  }

  private void check(Image image, long offset, int length) {
    ByteBuffer into = ByteBuffer.allocate(length);
    image.read(offset, into);
    assertThat(into.flip())
        .as("at %d", offset)
        .isEqualTo(ByteBuffer.wrap(content, (int) offset, length));
  }

  private static double megabytesASecond(long bytes, long nanos) {
    return bytes * 1e3 / nanos;
  }

  /** Raw: as many streams of whole chunks as we have on their way at most. */
  private static double raw() {
    double streams = POOL_BYTES / (double) CHUNK;
    return streams * megabytesASecond(CHUNK, PacedStore.time(CHUNK).toNanos());
  }

  @Test
  void oneStreamReadsAsFastAsTheBucket() {
    PacedStore store =
        read((execution, image) -> {
          for (long at = 0; at < SIZE; at += REQUEST) {
            check(image, at, REQUEST);
          }
        });
    assertThat(megabytesASecond(SIZE, nanos)).isGreaterThan(0.75 * raw());
    assertThat(store.mostUnderWay)
        .as("the pool, and the checksums")
        .isBetween(POOL_BYTES / 2, POOL_BYTES + POOL_BYTES / 500);
    assertThat(store.gets()).as("whole chunks, but for the first").isLessThan(96 + 8);
    assertThat(store.bytes).as("nothing twice").isLessThan(SIZE + SIZE / 50);
  }

  @Test
  void requestsOutOfOrderAreOneStreamStill() {
    PacedStore store =
        read((execution, image) -> {
          List<Execution.Task<Void>> readers = new ArrayList<>();
          for (int reader = 0; reader < 4; reader++) {
            int first = reader;
            readers.add(
                execution.fork(
                    "reader",
                    () -> {
                      for (long at = (long) first * REQUEST; at < SIZE; at += 4 * REQUEST) {
                        check(image, at, REQUEST);
                      }
                      return null;
                    }));
          }
          readers.forEach(Execution.Task::join);
        });
    assertThat(megabytesASecond(SIZE, nanos)).isGreaterThan(0.75 * raw());
    assertThat(store.bytes).as("nothing twice").isLessThan(SIZE + SIZE / 50);
  }

  @Test
  void severalStreamsShareThePool() {
    PacedStore store =
        read((execution, image) -> {
          for (long at = 0; at < SIZE / 3; at += REQUEST) {
            check(image, at, REQUEST);
            check(image, SIZE / 3 + at, REQUEST);
            check(image, 2 * SIZE / 3 + at, REQUEST);
          }
        });
    assertThat(megabytesASecond(SIZE, nanos)).isGreaterThan(0.6 * raw());
    assertThat(store.bytes)
        .as("nothing twice, but for what lies behind the end of a stream")
        .isLessThan(SIZE + POOL_BYTES);
  }

  @Test
  void smallSequentialReadsAreAStream() {
    PacedStore store =
        read((execution, image) -> {
          for (long at = 0; at < 4 * CHUNK; at += 4096) {
            check(image, at, 4096);
          }
        });
    assertThat(store.gets.getOrDefault(Purpose.READ, 0)).isLessThan(8);
  }

  @Test
  void randomReadsFetchNothingAhead() {
    PacedStore store =
        read((execution, image) -> {
          for (int i = 0; i < 2000; i++) {
            int length = random.nextInt(8) == 0 ? 64 << 10 : 4096;
            check(image, random.nextInt((SIZE - length) / 4096) * 4096L, length);
          }
        });
    assertThat(store.gets).doesNotContainKey(Purpose.PREFETCH);
  }

  @Test
  void nothingIsFetchedBehindTheEnd() {
    PacedStore store =
        read((execution, image) -> {
          for (long at = SIZE - 2 * CHUNK; at < SIZE; at += REQUEST) {
            check(image, at, REQUEST);
          }
        });
    assertThat(store.bytes).isLessThan(2 * CHUNK + CHUNK / 50);
  }
}
