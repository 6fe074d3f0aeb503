package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.cache.FrameCache;
import io.s3shard.error.Poisoned;
import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.CutBounds;
import io.s3shard.image.Host;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.UpkeepOptions;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.HeapArenas;
import io.s3shard.testing.NoWaiting;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What upkeep costs over minutes and hours, in virtual time, before a bucket of 25 ms. */
@Timeout(300)
class UpkeepTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final int CHUNK = 4 << 20;
  private static final int CHUNKS = 4;
  private static final int CHUNK_BLOCKS = CHUNK / Blocks.SIZE;

  private final MemoryStore bucket = new MemoryStore();
  private final Random random = new Random(20261125);
  private final Simulation simulation = new Simulation(1);
  private final SimProcess process = simulation.process("mount");
  private final Execution execution = process.execution();
  private final SlowStore store = new SlowStore(bucket, VOLUME, execution);
  private final HeapArenas arenas = new HeapArenas(1 << 20, 64);

  @BeforeAll
  static void quiet() {
    QuietLog.quiet();
  }

  @BeforeEach
  void create() {
    new VolumeLog(VOLUME, bucket, new NoWaiting())
        .create(
            new LogRecord.Create(
                CHUNK,
                (long) CHUNKS * CHUNK,
                "fs.img",
                false,
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                0,
                false));
  }

  private VolumeImage open(ImageOptions options, boolean takeover) {
    return new ImageOpener(
            store,
            execution,
            arenas,
            new ArenaPool(64),
            new FrameCache(48L << 20),
            new Host("node", "machine", "boot", "test"),
            options,
            () -> false)
        .openForWriting(VOLUME, takeover);
  }

  private void run(Runnable test) {
    process.run("test", test);
    simulation.runUntilDone();
    simulation.finish();
  }

  private ByteBuffer block() {
    ByteBuffer block = ByteBuffer.allocate(Blocks.SIZE);
    random.nextBytes(block.array());
    return block;
  }

  private void fill(VolumeImage image) {
    for (int i = 0; i < CHUNKS * CHUNK_BLOCKS; i++) {
      image.write((long) i * Blocks.SIZE, block());
    }
    image.flush();
  }

  /**
   * As often as it has blocks, at random; with an fsync now and then, so that no chunk is whole.
   */
  private void overwrite(VolumeImage image, int times) {
    for (int i = 1; i <= times * CHUNKS * CHUNK_BLOCKS; i++) {
      image.write((long) random.nextInt(CHUNKS * CHUNK_BLOCKS) * Blocks.SIZE, block());
      if (i % 200 == 0) {
        image.flush();
      }
    }
    image.flush();
  }

  /** With an fsync each. */
  private void write(VolumeImage image, int blocks) {
    image.write((long) random.nextInt(blocks) * Blocks.SIZE, block());
    image.flush();
  }

  private long stored() {
    return bucket.list("volumes/", null, 1000, Purpose.LOG).stream()
        .mapToLong(ListedObject::sizeBytes)
        .sum();
  }

  /** A merge a chunk at a time would be quadratic: 32 bytes a byte. */
  @Test
  void aChunkWrittenForTenMinutesIsCopiedAtMostThreeTimes() {
    run(() -> {
      VolumeImage image = open(ImageOptions.defaults(), false);
      fill(image);
      execution.sleep(Duration.ofMinutes(1));
      long before = store.backgroundBytes;
      long until = execution.nanoTime() + Duration.ofMinutes(10).toNanos();
      long next = execution.nanoTime();
      long writes = 0;
      for (; execution.nanoTime() < until; writes++) {
        write(image, CHUNK_BLOCKS);
        next += Duration.ofSeconds(1).toNanos() / 33;
        execution.sleep(Duration.ofNanos(Math.max(0, next - execution.nanoTime())));
      }
      execution.sleep(Duration.ofMinutes(1));
      double each = (double) (store.backgroundBytes - before) / writes / Blocks.SIZE;
      System.out.printf("a hot chunk: %d writes, %.2f bytes copied a byte%n", writes, each);
      assertThat(writes).isGreaterThan(10 * 60 * 30);
      assertThat(each).isLessThanOrEqualTo(3);
      image.close();
    });
  }

  @Test
  void afterAnIdlePassThereIsLittleMoreThanTheImageAndNoRequest() {
    run(() -> {
      VolumeImage image = open(scaled(), false);
      fill(image);
      overwrite(image, 20);
      execution.sleep(Duration.ofMinutes(1));
      long requests = store.requests;
      execution.sleep(Duration.ofMinutes(5));

      assertThat(store.requests).as("requests of an idle image").isEqualTo(requests);
      assertThat((double) stored() / (CHUNKS * CHUNK)).isLessThanOrEqualTo(1.3);
      image.close();
    });
  }

  /** Else what one pass left would stay until 5 % more have died. */
  @Test
  void anIdlePassThatWasBrokenOffIsMadeUpFor() {
    run(() -> {
      VolumeImage image = open(scaled(), false);
      fill(image);
      overwrite(image, 5);
      execution.sleep(scaled().upkeep().idleAfter().plusMillis(200));
      assertThat((double) stored() / (CHUNKS * CHUNK)).as("in the middle").isGreaterThan(1.3);
      write(image, CHUNK_BLOCKS);
      execution.sleep(Duration.ofMinutes(1));
      assertThat((double) stored() / (CHUNKS * CHUNK)).isLessThanOrEqualTo(1.3);
      image.close();
    });
  }

  /** The bounds of an image of 1 GiB, for one of 16 MiB. */
  private static ImageOptions scaled() {
    ImageOptions all = ImageOptions.defaults();
    UpkeepOptions upkeep = all.upkeep();
    return new ImageOptions(
        all.commitInterval(),
        all.inlineBytes(),
        all.segmentBytes() / 8,
        all.checkpointCommits() / 64,
        all.checkpointBytes() / 64,
        all.uploads(),
        all.extentsInRecord(),
        all.pageCacheBytes(),
        all.minFlushInterval(),
        all.checkpointExtents(),
        new UpkeepOptions(
            upkeep.idleAfter(),
            upkeep.bytesPerSecond(),
            upkeep.leastBytes() / 64,
            upkeep.idleBytes() / 64,
            upkeep.slackBytes() / 64),
        all.cuts());
  }

  @Test
  void checkpointsThatFailStopTheCommitsInTheEnd() {
    run(() -> {
      VolumeImage image = open(scaled(), false);
      store.refusals = Integer.MAX_VALUE;
      int most = 2 * scaled().checkpointCommits();
      for (int i = 0; i < most; i++) {
        write(image, CHUNK_BLOCKS);
      }
      assertThat(image.status().commitsSinceCheckpoint()).isEqualTo(most);
      assertThatThrownBy(() -> write(image, CHUNK_BLOCKS))
          .isInstanceOf(Poisoned.class)
          .hasMessageContaining("quota exceeded");
      assertThat(image.status().commitsSinceCheckpoint()).isEqualTo(most);
      long requests = store.requests;
      execution.sleep(Duration.ofMinutes(5));
      assertThat(store.requests).as("of an image that writes no more").isEqualTo(requests);
      assertThatThrownBy(image::close).isInstanceOf(Poisoned.class);
    });
  }

  @Test
  void commitsWaitForACheckpointThatSucceedsInTheEnd() {
    run(() -> {
      VolumeImage image = open(scaled(), false);
      store.refusals = 3;
      int most = 2 * scaled().checkpointCommits();
      long start = execution.nanoTime();
      for (int i = 0; i < 3 * most; i++) {
        write(image, CHUNK_BLOCKS);
        assertThat(image.status().commitsSinceCheckpoint()).isLessThanOrEqualTo(most);
      }
      assertThat(store.refusals).isZero();
      assertThat(Duration.ofNanos(execution.nanoTime() - start))
          .as("pauses of 1 and 2 s: a checkpoint puts a page and a root")
          .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
      image.close();
    });
  }

  /** Each of them is completed in memory, eight times as large as in the arena. */
  @Test
  void aCutOfManySmallWritesIsCommittedBeforeItGrowsTooLarge() {
    run(() -> {
      VolumeImage image = open(ImageOptions.defaults(), false);
      fill(image);
      long commits = image.status().commits();
      long bytes = image.status().committedBytes();
      long most = 0;
      for (int i = 0; i < 10_000; i++) {
        long block = random.nextInt(CHUNKS * CHUNK_BLOCKS);
        image.write(block * Blocks.SIZE + 512L * random.nextInt(8), block().limit(512));
        if (image.status().commits() > commits) {
          assertThat(image.status().commits()).isEqualTo(++commits);
          most = Math.max(most, image.status().committedBytes() - bytes);
          bytes = image.status().committedBytes();
        }
      }
      assertThat(most).isEqualTo((long) CutBounds.STANDARD.partialBlocks() * Blocks.SIZE);
      image.close();
    });
  }

  @Test
  void aCutOfManyPiecesIsCommittedBeforeItGrowsTooLarge() {
    run(() -> {
      VolumeImage image = open(ImageOptions.defaults(), false);
      fill(image);
      long commits = image.status().commits();
      for (long i = 0; i < CutBounds.STANDARD.runs(); i++) {
        image.zero(2 * i * Blocks.SIZE, Blocks.SIZE);
      }
      assertThat(image.status().commits()).isEqualTo(commits);
      image.zero(2L * CutBounds.STANDARD.runs() * Blocks.SIZE, Blocks.SIZE);
      // less than it takes until what is dirty is committed anyway
      execution.sleep(Duration.ofSeconds(2));
      assertThat(image.status().commits()).isEqualTo(commits + 1);
      image.close();
    });
  }

  /** In round trips: the tail is read side by side. */
  @Test
  void afterACrashAThousandCommitsAreReplayedWithinASecond() {
    run(() -> {
      VolumeImage first = open(ImageOptions.defaults(), false);
      for (int i = 0; i < 1000; i++) {
        write(first, CHUNKS * CHUNK_BLOCKS);
      }
      assertThat(first.status().commitsSinceCheckpoint()).isEqualTo(1000);
      arenas.processDied();
      arenas.hostLost();
      long before = execution.nanoTime();
      VolumeImage again = open(ImageOptions.defaults(), true);
      Duration took = Duration.ofNanos(execution.nanoTime() - before);
      System.out.printf("replaying 1,000 COMMITs at 25 ms: %d ms%n", took.toMillis());
      assertThat(took).isLessThan(Duration.ofSeconds(1));
      again.close();
    });
  }

  @Test
  void whatDidNotChangeNeedsNoCheckpoint() {
    run(() -> {
      VolumeImage image = open(ImageOptions.defaults(), false);
      fill(image);
      image.close();
      long maps = objects(Layout.mapFolder(VOLUME));
      long commits = commits();
      open(ImageOptions.defaults(), false).close();
      assertThat(objects(Layout.mapFolder(VOLUME))).isEqualTo(maps);
      assertThat(commits()).as("OPEN and CLOSE").isEqualTo(commits + 2);
    });
  }

  private long commits() {
    return objects(Layout.logFolder(VOLUME));
  }

  private long objects(String folder) {
    return bucket.list(folder, null, 1000, Purpose.LOG).size();
  }
}
