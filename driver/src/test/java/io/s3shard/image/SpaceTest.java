package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.cache.FrameCache;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Blocks;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ListedObject;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.store.StoreUse;
import io.s3shard.store.s3.S3Store;
import io.s3shard.testing.HeapArenas;
import io.s3shard.testing.S3Server;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What an image takes up in a real bucket, and what is uploaded for it: the bounds of RFC 0002.
 *
 * <p>The image and all bounds are scaled down from 1 GiB to {@code s3shard.space.mib}, 32 by
 * default; after the idle pass the bucket is watched for {@code s3shard.space.quiet} seconds.
 */
@Tag("s3")
class SpaceTest {
  private static final int MIB = Integer.getInteger("s3shard.space.mib", 32);
  private static final int QUIET_SECONDS = Integer.getInteger("s3shard.space.quiet", 60);
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final long SIZE = (long) MIB << 20;
  private static final int BLOCKS = (int) (SIZE / Blocks.SIZE);
  private static final int CHUNK = (int) scaled(4 << 20, 256 << 10);
  private static final Duration IDLE = Duration.ofSeconds(2);

  private final ThreadExecution execution = new ThreadExecution();
  private final Random random = new Random(20261124);
  private final int[] versions = new int[BLOCKS];
  private S3Server server;
  private S3Store bucket;
  private StoreStack stack;
  private VolumeImage image;

  /** So many bytes of an image of 1 GiB, for one of {@link #SIZE}. */
  private static long scaled(long bytes, long least) {
    return Math.max(least, bytes * MIB / 1024);
  }

  private static ImageOptions options() {
    ImageOptions defaults = ImageOptions.defaults();
    UpkeepOptions upkeep = UpkeepOptions.defaults();
    return new ImageOptions(
        defaults.commitInterval(),
        defaults.inlineBytes(),
        (int) scaled(defaults.segmentBytes(), 512 << 10),
        (int) scaled(defaults.checkpointCommits(), 64),
        scaled(defaults.checkpointBytes(), 1),
        defaults.uploads(),
        defaults.extentsInRecord(),
        defaults.pageCacheBytes(),
        defaults.minFlushInterval(),
        defaults.checkpointExtents(),
        new UpkeepOptions(
            IDLE,
            upkeep.bytesPerSecond(),
            scaled(upkeep.leastBytes(), 1),
            scaled(upkeep.idleBytes(), 1),
            scaled(upkeep.slackBytes(), 1)),
        defaults.cuts());
  }

  @BeforeEach
  void fill() {
    server = S3Server.started();
    bucket = new S3Store(server.settings("space"));
    stack = new StoreStack(bucket, StoreSettings.DEFAULTS, execution);
    new VolumeLog(VOLUME, stack.store(), execution)
        .create(
            new LogRecord.Create(
                CHUNK,
                SIZE,
                "fs.img",
                false,
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                0,
                false));
    image =
        new ImageOpener(
                stack.store(),
                execution,
                new HeapArenas(1 << 20, 256),
                new ArenaPool((int) Math.max(16, scaled(112 << 20, 1) >> 20)),
                new FrameCache(scaled(48 << 20, 4 << 20)),
                new Host("node-1", "machine-1", "boot-1", "test"),
                options(),
                () -> false)
            .openForWriting(VOLUME, false);
    for (int block = 0; block < BLOCKS; block++) {
      write(block);
    }
    image.flush();
  }

  @AfterEach
  void stop() {
    image.close();
    bucket.close();
    server.close();
  }

  /** Each block says where it lies and how often it was written. */
  private ByteBuffer content(int block) {
    ByteBuffer content = ByteBuffer.allocate(Blocks.SIZE);
    for (int at = 0; at < Blocks.SIZE; at += 8) {
      content.putInt(at, block ^ at).putInt(at + 4, versions[block]);
    }
    return content;
  }

  private void write(int block) {
    versions[block]++;
    image.write((long) block * Blocks.SIZE, content(block));
  }

  private void check() {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    for (int first = 0; first < BLOCKS; first += CHUNK / Blocks.SIZE) {
      image.read((long) first * Blocks.SIZE, chunk.clear());
      for (int i = 0; i < CHUNK / Blocks.SIZE; i++) {
        ByteBuffer found = chunk.slice(i * Blocks.SIZE, Blocks.SIZE);
        assertThat(found).as("block %d", first + i).isEqualTo(content(first + i));
      }
    }
  }

  @Test
  void afterTwentyRandomOverwritesAndAnIdlePassTheBucketHoldsLittleMoreThanTheImage() {
    long before = uploaded();
    long writes = 20L * BLOCKS;
    for (long i = 0; i < writes; i++) {
      write(random.nextInt(BLOCKS));
    }
    image.flush();
    double underLoad = (double) stored() / SIZE;
    report("20 times overwritten", before, writes);
    awaitSilence();
    report("idle", before, writes);
    double afterwards = (double) stored() / SIZE;
    long requests = stack.meter().use().requests();
    execution.sleep(Duration.ofSeconds(QUIET_SECONDS));

    System.out.printf("bucket / image: %.2f under load, %.2f idle%n", underLoad, afterwards);
    assertThat(stack.meter().use().requests()).as("requests of an idle image").isEqualTo(requests);
    // chunks of which half is dead are written anew, beside the writer: how far behind depends on
    // the machine
    assertThat(underLoad).isLessThan(4);
    assertThat(afterwards).isLessThanOrEqualTo(1.3);
    check();
  }

  @Test
  void ofATenthOverwrittenWithAnFsyncEachFourTimesTheBytesAreUploaded() {
    awaitSilence();
    long before = uploaded();
    int writes = 0;
    for (; writes < 2 * options().checkpointCommits(); writes++) {
      write(random.nextInt(BLOCKS));
      image.flush();
    }
    awaitSilence();
    double afterCheckpoint = report("after the checkpoint", before, writes);
    for (; writes < BLOCKS / 10; writes++) {
      write(random.nextInt(BLOCKS));
      image.flush();
    }
    awaitSilence();
    double afterMerging = report("after merging", before, writes);

    assertThat(afterCheckpoint).isLessThanOrEqualTo(2.3);
    assertThat(afterMerging).isLessThanOrEqualTo(4);
    check();
  }

  @Test
  void withoutFsyncHardlyMoreIsUploadedThanWasWritten() {
    awaitSilence();
    long before = uploaded();
    int writes = BLOCKS / 10;
    for (int i = 0; i < writes; i++) {
      write(random.nextInt(BLOCKS));
    }
    awaitSilence();
    assertThat(report("without fsync", before, writes)).isLessThanOrEqualTo(1.1);
    check();
  }

  @Test
  void ofAHotChunkThreeTimesTheBytesAreCopied() {
    awaitSilence();
    SpaceStatus before = image.status().space();
    long uploaded = uploaded();
    int writes = Integer.getInteger("s3shard.space.hot", 4_000);
    for (int i = 0; i < writes; i++) {
      write(random.nextInt(CHUNK / Blocks.SIZE));
      image.flush();
    }
    awaitSilence();
    report("a hot chunk", uploaded, writes);
    SpaceStatus after = image.status().space();
    long copied =
        after.gatheredBytes()
            + after.mergedBytes()
            + after.foldedBytes()
            - before.gatheredBytes()
            - before.mergedBytes()
            - before.foldedBytes();

    assertThat((double) copied / writes / Blocks.SIZE).isLessThanOrEqualTo(3);
    check();
  }

  /** Returns when no request was sent for longer than an idle pass waits. */
  private void awaitSilence() {
    long before = -1;
    long now = stack.meter().use().requests();
    while (now != before) {
      execution.sleep(IDLE.multipliedBy(4));
      before = now;
      now = stack.meter().use().requests();
    }
  }

  private long uploaded() {
    return stack.meter().use().rows().stream().mapToLong(StoreUse.Row::sentBytes).sum();
  }

  private long stored() {
    long bytes = 0;
    ObjectStore direct = bucket;
    String after = null;
    List<ListedObject> some;
    do {
      some = direct.list("volumes/", after, 1000, Purpose.BACKGROUND);
      bytes += some.stream().mapToLong(ListedObject::sizeBytes).sum();
      after = some.isEmpty() ? after : some.getLast().key().value();
    } while (some.size() == 1000);
    return bytes;
  }

  /** Returns the bytes uploaded for each byte written. */
  private double report(String what, long before, long writes) {
    double each = (double) (uploaded() - before) / writes / Blocks.SIZE;
    System.out.printf(
        "%s: %.2f bytes uploaded a byte, %.2f stored an image, %s%n",
        what, each, (double) stored() / SIZE, image.status().space());
    return each;
  }
}
