package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.s3shard.cache.FrameCache;
import io.s3shard.execution.Execution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.MemoryStore;
import io.s3shard.testing.HeapArenas;
import io.s3shard.testing.SteppedTime;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A least interval between flushes: they wait and share, none is answered early. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlushPaceTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SteppedTime time = new SteppedTime();
  private final MemoryStore bucket = new MemoryStore();

  @BeforeEach
  void create() {
    new VolumeLog(VOLUME, bucket, time)
        .create(
            new LogRecord.Create(
                256 << 10,
                1 << 20,
                "fs.img",
                false,
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                0,
                false));
  }

  private VolumeImage open(Duration commitInterval, Duration minFlushInterval) {
    ImageOptions options =
        ImageOptions.defaults()
            .withCommitInterval(commitInterval)
            .withMinFlushInterval(minFlushInterval);
    return new ImageOpener(
            bucket,
            time,
            new HeapArenas(64 << 10, 64),
            new ArenaPool(8),
            new FrameCache(0),
            new Host("node-1", "machine-1", "boot-1", "test"),
            options,
            () -> false)
        .openForWriting(VOLUME, false);
  }

  private static void write(Image image, int block) {
    image.write(block * 4096L, ByteBuffer.wrap(TestHost.random(4096, block)));
  }

  private Execution.Task<Boolean> writeAndFlush(Image image, int block) {
    return time.fork(
        "flush",
        () -> {
          write(image, block);
          image.flush();
          return true;
        });
  }

  @Test
  void flushesWaitAndShareTheNextCommit() {
    VolumeImage image = open(Duration.ofHours(1), MINUTE);
    write(image, 0);
    image.flush(); // the first waits for nothing
    List<Execution.Task<Boolean>> flushes = new ArrayList<>();
    for (int block = 1; block <= 5; block++) {
      flushes.add(writeAndFlush(image, block));
    }
    await().until(() -> image.status().dirtyRecords() == 5);
    time.advance(MINUTE.minusNanos(1));
    assertThat(flushes).as("none is durable").noneMatch(Execution.Task::isDone);
    assertThat(image.status().commits()).isEqualTo(1);
    time.advance(Duration.ofNanos(1));
    flushes.forEach(flush -> timePassesUntil(flush, MINUTE));
    assertThat(image.status().commits()).isEqualTo(2);
    assertThat(image.status().dirtyRecords()).isZero();
    image.close();
  }

  @Test
  void afterAPauseAFlushWaitsForNothing() {
    VolumeImage image = open(Duration.ofHours(1), MINUTE);
    for (int block = 0; block < 3; block++) {
      write(image, block);
      image.flush();
      time.advance(MINUTE);
    }
    assertThat(image.status().commits()).isEqualTo(3);
    image.close();
  }

  @Test
  void whoeverNeedsRoomDoesNotWait() {
    VolumeImage image = open(Duration.ofHours(1), MINUTE);
    write(image, 0);
    image.flush();
    Execution.Task<Boolean> flush = writeAndFlush(image, 1);
    await().until(() -> image.status().dirtyRecords() == 1);
    byte[] more = TestHost.random(1 << 20, 9); // twice the arenas
    image.write(0, ByteBuffer.wrap(more));
    flush.join();
    assertThat(TestHost.read(image, 0, more.length)).isEqualTo(more);
    image.close();
  }

  @Test
  void theCommitIntervalHolds() {
    VolumeImage image = open(Duration.ofSeconds(5), MINUTE);
    write(image, 0);
    image.flush();
    Execution.Task<Boolean> flush = writeAndFlush(image, 1);
    await().until(() -> image.status().dirtyRecords() == 1);
    timePassesUntil(flush, Duration.ofSeconds(5));
    assertThat(image.status().commits()).isEqualTo(2);
    image.close();
  }

  @Test
  void aCloseWaitsForNothing() {
    VolumeImage image = open(Duration.ofHours(1), MINUTE);
    write(image, 0);
    image.flush();
    Execution.Task<Boolean> flush = writeAndFlush(image, 1);
    await().until(() -> image.status().dirtyRecords() == 1);
    image.close();
    flush.join();
    VolumeImage again = open(Duration.ofHours(1), Duration.ZERO);
    assertThat(TestHost.read(again, 4096, 4096)).isEqualTo(TestHost.random(4096, 1));
    again.close();
  }

  /** Moves the clock until {@code flush} is done: whoever waits for a moment may begin late. */
  private void timePassesUntil(Execution.Task<Boolean> flush, Duration step) {
    await()
        .until(() -> {
          time.advance(step);
          return flush.isDone();
        });
    flush.join();
  }
}
