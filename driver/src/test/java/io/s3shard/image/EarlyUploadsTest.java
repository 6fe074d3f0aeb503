package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.s3shard.cache.FrameCache;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.HeapArenas;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A long write reaches the bucket while it goes on; what it must not cost is that it is right. */
class EarlyUploadsTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final int CHUNK = 256 << 10;
  private static final int BLOCK = 4096;

  /** Commits when it is asked to. */
  private static final ImageOptions OPTIONS =
      new ImageOptions(Duration.ofHours(1), 16 << 10, 64 << 10, 100, 1 << 30, 4, 100, 1 << 20);

  private final ThreadExecution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final HeapArenas arenas = new HeapArenas(CHUNK, 64);

  @BeforeEach
  void create() {
    new VolumeLog(VOLUME, bucket, execution)
        .create(
            new LogRecord.Create(
                CHUNK,
                8 * CHUNK,
                "fs.img",
                false,
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                0,
                false));
  }

  /** Sees each put of data; may keep it or fail it. */
  private class Uploads extends ForwardingStore {
    final List<ObjectKey> keys = Collections.synchronizedList(new ArrayList<>());
    final List<ObjectKey> whole = Collections.synchronizedList(new ArrayList<>());
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile boolean fail;

    Uploads() {
      super(bucket);
    }

    @Override
    public void put(ObjectKey key, Body body, Purpose purpose) {
      keys.add(key);
      boolean fails = fail;
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (fails) {
        throw new StoreUnavailable("as this test wants it");
      }
      ObjectFormat.decodeAny(key, body.toBuffer()); // its checksums were made before the gate
      whole.add(key);
      super.put(key, body, purpose);
    }
  }

  private final Uploads uploads = new Uploads();

  private VolumeImage open() {
    return new ImageOpener(
            uploads,
            execution,
            arenas,
            new ArenaPool(64),
            new FrameCache(0),
            new Host("node-1", "machine-1", "boot-1", "test"),
            OPTIONS,
            () -> false)
        .openForWriting(VOLUME, false);
  }

  @Test
  void aWholeChunkIsInTheBucketBeforeItsFlushAndTheCommitNamesIt() {
    VolumeImage image = open();
    byte[] data = random(3 * CHUNK, 1);
    image.write(CHUNK, ByteBuffer.wrap(data));
    await().until(() -> uploads.keys.size() == 3);
    image.flush();
    assertThat(uploads.keys).as("nothing was sent twice").hasSize(3);
    assertThat(image.status().staleUploads()).isZero();
    assertThat(read(image, CHUNK, data.length)).isEqualTo(data);
    image.close();
    VolumeImage again = open();
    assertThat(read(again, CHUNK, data.length)).isEqualTo(data);
    assertThat(read(again, 0, CHUNK)).containsOnly(0);
    again.close();
  }

  @Test
  void whatIsWrittenToAgainIsSentAgainAndItsFirstObjectIsDeleted() {
    VolumeImage image = open();
    byte[] data = random(CHUNK, 1);
    image.write(0, ByteBuffer.wrap(data));
    await().until(() -> uploads.keys.size() == 1);
    byte[] block = random(BLOCK, 2);
    image.write(7 * BLOCK, ByteBuffer.wrap(block));
    System.arraycopy(block, 0, data, 7 * BLOCK, BLOCK);
    image.flush();
    assertThat(read(image, 0, CHUNK)).isEqualTo(data);
    assertThat(image.status().staleUploads()).isEqualTo(1);
    image.close();
    assertThat(stored()).doesNotContain(uploads.keys.getFirst()).contains(uploads.keys.get(1));
    VolumeImage again = open();
    assertThat(read(again, 0, CHUNK)).isEqualTo(data);
    again.close();
  }

  @Test
  void aDiscardAfterwardsCounts() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(random(CHUNK, 1)));
    await().until(() -> uploads.keys.size() == 1);
    image.discard(0, CHUNK);
    image.flush();
    assertThat(read(image, 0, CHUNK)).containsOnly(0);
    image.close();
    assertThat(stored()).doesNotContain(uploads.keys.getFirst());
  }

  /** Two of a chunk's pieces are missing, one is there three times: as many bytes, and no chunk. */
  @Test
  void asManyBytesAsAChunkAreNotAChunk() {
    VolumeImage image = open();
    byte[] data = random(CHUNK, 1);
    int piece = CHUNK / 8;
    for (int i : new int[] {0, 1, 1, 1, 2, 3, 4, 5}) {
      image.write(i * piece, ByteBuffer.wrap(data, i * piece, piece));
    }
    assertThat(image.status().earlyUploads()).isZero();
    image.write(7 * piece, ByteBuffer.wrap(data, 7 * piece, piece));
    image.write(6 * piece, ByteBuffer.wrap(data, 6 * piece, piece));
    assertThat(image.status().earlyUploads()).isEqualTo(1);
    image.flush();
    assertThat(read(image, 0, CHUNK)).isEqualTo(data);
    image.close();
  }

  @Test
  void smallWritesAreNotSentEarly() {
    VolumeImage image = open();
    byte[] data = random(CHUNK, 1);
    for (int at = 0; at < CHUNK; at += 512) {
      image.write(at, ByteBuffer.wrap(data, at, 512));
    }
    image.write(CHUNK + 100, ByteBuffer.wrap(data)); // blocks in part
    assertThat(image.status().earlyUploads()).isZero();
    image.flush();
    assertThat(read(image, 0, CHUNK)).isEqualTo(data);
    assertThat(read(image, CHUNK + 100, CHUNK)).isEqualTo(data);
    image.close();
  }

  @Test
  void aFailureOfOneIsNoFailureOfTheFlush() {
    VolumeImage image = open();
    uploads.fail = true;
    byte[] data = random(CHUNK, 1);
    image.write(0, ByteBuffer.wrap(data));
    await().until(() -> uploads.keys.size() == 1);
    uploads.fail = false;
    image.flush();
    assertThat(uploads.keys).hasSize(2);
    assertThat(read(image, 0, CHUNK)).isEqualTo(data);
    image.close();
  }

  @Test
  void itsBytesStayWhereTheyAreUntilItHasEnded() {
    VolumeImage image = open();
    uploads.gate = new CountDownLatch(1);
    CountDownLatch gate = uploads.gate;
    byte[] data = random(CHUNK, 1);
    image.write(0, ByteBuffer.wrap(data));
    await().until(() -> uploads.keys.size() == 1);
    uploads.gate = new CountDownLatch(0);
    image.write(0, ByteBuffer.wrap(random(BLOCK, 2)));
    Execution.Task<Boolean> flush =
        execution.fork(
            "flush",
            () -> {
              image.flush();
              return true;
            });
    await().until(() -> stored().stream().anyMatch(k -> Layout.slot(VOLUME, k).orElse(0L) == 3));
    image.write(3 * CHUNK, ByteBuffer.wrap(random(4 * CHUNK, 3))); // would go into what was freed
    gate.countDown();
    flush.join();
    image.close();
    assertThat(uploads.whole).containsAll(uploads.keys);
  }

  private List<ObjectKey> stored() {
    return bucket.list("volumes/", null, 1000, Purpose.LOG).stream().map(o -> o.key()).toList();
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(Image image, long offset, int length) {
    ByteBuffer into = ByteBuffer.allocate(length);
    image.read(offset, into);
    return into.array();
  }
}
