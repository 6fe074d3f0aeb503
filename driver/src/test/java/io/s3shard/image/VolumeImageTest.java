package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.cache.FrameCache;
import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.Poisoned;
import io.s3shard.error.VolumeBusy;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.HeapArenas;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The promises of DESIGN §2 on one image, a bucket in memory, and arenas that outlive a process.
 */
class VolumeImageTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final int CHUNK = 256 << 10;
  private static final Host HOST = new Host("node-1", "machine-1", "boot-1", "test");

  private static final ImageOptions SMALL =
      new ImageOptions(Duration.ofHours(1), 16 << 10, 64 << 10, 8, 1 << 20, 4, 100, 1 << 20);

  private final ThreadExecution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final HeapArenas arenas = new HeapArenas(1 << 18, 64);

  @BeforeEach
  void create() {
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
  }

  private ImageOpener opener(ObjectStore store, HeapArenas home, Host host) {
    return new ImageOpener(
        store,
        execution,
        home,
        new ArenaPool(32),
        new FrameCache(1 << 20),
        host,
        SMALL,
        () -> false);
  }

  private VolumeImage open() {
    return opener(bucket, arenas, HOST).openForWriting(VOLUME, false);
  }

  @Test
  void whatWasWrittenIsReadBeforeAndAfterACommitAndAReopen() {
    byte[] data = random(700_000, 1);
    VolumeImage image = open();
    image.write(12_345, ByteBuffer.wrap(data));
    assertThat(read(image, 12_345, data.length)).isEqualTo(data);
    image.flush();
    assertThat(read(image, 12_345, data.length)).isEqualTo(data);
    assertThat(read(image, 0, 12_345)).containsOnly(0);
    image.close();
    image = open();
    assertThat(image.sizeBytes()).isEqualTo(12_345 + data.length);
    assertThat(read(image, 12_345, data.length)).isEqualTo(data);
    image.close();
    Image readOnly = opener(bucket, arenas, HOST).openForReading(VOLUME, false);
    assertThat(read(readOnly, 12_345, data.length)).isEqualTo(data);
  }

  /** Against an array, with flushes, checkpoints, reopens and kills in between. */
  @Test
  void behavesAsAnArrayOfBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] model = new byte[3 << 20];
    VolumeImage image = open();
    image.grow(model.length);
    for (int step = 0; step < 3000; step++) {
      int length = 1 + random.nextInt(random.nextInt(20) == 0 ? 600_000 : 9000);
      int offset = random.nextInt(model.length - length);
      switch (random.nextInt(12)) {
        case 0 -> {
          image.discard(offset, length);
          Arrays.fill(model, offset, offset + length, (byte) 0);
        }
        case 1 -> {
          image.zero(offset, length);
          Arrays.fill(model, offset, offset + length, (byte) 0);
        }
        case 2 -> image.flush();
        case 3, 4 ->
            assertThat(read(image, offset, length))
                .as("seed %d step %d", seed, step)
                .isEqualTo(Arrays.copyOfRange(model, offset, offset + length));
        default -> {
          byte[] data = random(length, random.nextLong());
          image.write(offset, ByteBuffer.wrap(data));
          System.arraycopy(data, 0, model, offset, length);
        }
      }
      if (random.nextInt(400) == 0) {
        image.close();
        image = open();
        assertThat(read(image, 0, model.length))
            .as("seed %d step %d, reopened", seed, step)
            .isEqualTo(model);
      }
    }
    image.close();
  }

  @Test
  void promise1FsyncIsHonest() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(random(5000, 1)));
    image.flush();
    // the host is lost, with everything that is not in the bucket
    HeapArenas other = new HeapArenas(1 << 18, 64);
    VolumeImage again =
        opener(bucket, other, new Host("node-2", "machine-2", "b", "t"))
            .openForWriting(VOLUME, true);
    assertThat(read(again, 0, 5000)).isEqualTo(random(5000, 1));
  }

  @Test
  void answeredWritesOutliveTheProcessWithTheArena() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(random(5000, 1)));
    image.flush();
    image.write(2000, ByteBuffer.wrap(random(9000, 2)));
    image.discard(0, 100);
    arenas.processDied();
    VolumeImage successor = open();
    byte[] expected = Arrays.copyOf(random(5000, 1), 11_000);
    System.arraycopy(random(9000, 2), 0, expected, 2000, 9000);
    Arrays.fill(expected, 0, 100, (byte) 0);
    assertThat(read(successor, 0, 11_000)).isEqualTo(expected);
    successor.close();
  }

  @Test
  void promise3OneWriter() {
    VolumeImage first = open();
    first.write(0, ByteBuffer.wrap(random(5000, 1)));
    first.flush();
    Host elsewhere = new Host("node-2", "machine-2", "b", "t");
    ImageOpener other = opener(bucket, new HeapArenas(1 << 18, 64), elsewhere);
    assertThatThrownBy(() -> other.openForWriting(VOLUME, false))
        .isInstanceOf(VolumeBusy.class)
        .hasMessageContaining("node-1")
        .hasMessageContaining("--takeover");
    VolumeImage second = other.openForWriting(VOLUME, true);
    first.write(0, ByteBuffer.wrap(random(5000, 2)));
    assertThatThrownBy(first::flush).isInstanceOf(Fenced.class);
    assertThatThrownBy(() -> first.read(0, ByteBuffer.allocate(10))).isInstanceOf(Fenced.class);
    assertThat(read(second, 0, 5000)).isEqualTo(random(5000, 1));
    second.close();
  }

  @Test
  void aLivingHolderOfThisHostIsNotTakenOver() {
    VolumeImage image = open();
    assertThatThrownBy(this::open).isInstanceOf(VolumeBusy.class);
    image.close();
    open().close();
  }

  @Test
  void promise7IdleIsFree() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(random(5000, 1)));
    image.flush();
    int before = objects().size();
    image.flush();
    image.flush();
    assertThat(objects()).hasSize(before);
    image.close();
  }

  @Test
  void promise9AFailedFlushPoisons() {
    RefusingStore store = new RefusingStore(bucket);
    VolumeImage image = opener(store, arenas, HOST).openForWriting(VOLUME, false);
    image.write(0, ByteBuffer.wrap(random(5000, 1)));
    image.flush();
    image.write(0, ByteBuffer.wrap(random(900_000, 2)));
    store.refuse = true;
    assertThatThrownBy(image::flush).isInstanceOf(Poisoned.class);
    store.refuse = false;
    assertThatThrownBy(() -> image.write(0, ByteBuffer.allocate(1))).isInstanceOf(Poisoned.class);
    assertThat(read(image, 0, 900_000)).as("reads go on").isEqualTo(random(900_000, 2));
    arenas.processDied();
    VolumeImage reopened = open();
    assertThat(read(reopened, 0, 5000)).as("the arena is not replayed").isEqualTo(random(5000, 1));
    reopened.close();
  }

  @Test
  void checkpointsKeepTheLogShort() {
    VolumeImage image = open();
    image.grow(1 << 20);
    byte[] model = new byte[1 << 20];
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      byte[] data = random(4096, i + 1);
      int offset = random.nextInt(255) * 4096;
      System.arraycopy(data, 0, model, offset, 4096);
      image.write(offset, ByteBuffer.wrap(data));
      image.flush();
    }
    image.close();
    long commits = objects().stream().filter(o -> o.key().value().contains("/log/")).count();
    assertThat(commits)
        .as("CREATE, OPEN, CLOSE, and the COMMITs that no checkpoint covers")
        .isLessThan(8);
    VolumeImage again = open();
    assertThat(read(again, 0, 1 << 20)).isEqualTo(model);
    again.close();
  }

  /**
   * Objects whose last block was overwritten go, those of many chunks and of one; no other does.
   */
  @Test
  void whatIsOverwrittenIsDeleted() {
    for (int session = 0; session < 3; session++) {
      VolumeImage image = open();
      for (int i = 0; i < 30; i++) {
        // a whole chunk, segments of a flush, and inline blocks, again and again in the same place
        image.write(0, ByteBuffer.wrap(random(2 * CHUNK, i)));
        image.write(4 * CHUNK, ByteBuffer.wrap(random(100_000, i)));
        image.flush();
        image.write(6 * CHUNK + 4096 * (i % 7), ByteBuffer.wrap(random(4096, i)));
        image.flush();
      }
      image.close();
    }
    long live = 2 * CHUNK + 100_000 + 7 * 4096;
    assertThat(bytesOf("/data/")).isBetween(live, live + live / 4);
    VolumeImage again = open();
    assertThat(read(again, 4 * CHUNK, 100_000)).isEqualTo(random(100_000, 29));
    again.discard(0, again.sizeBytes());
    again.close();
    assertThat(bytesOf("/data/")).isZero();
  }

  @Test
  void whatAPinNeedsStays() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(random(3 * CHUNK, 1)));
    image.flush();
    long pin =
        new VolumeLog(VOLUME, bucket, execution)
            .append(
                _ -> new LogRecord.Pin("snapshot", "test", 0, "", 0),
                (state, slot) -> state.pins().live().size() == 1)
            .slot();
    for (int i = 0; i < 40; i++) {
      image.write(0, ByteBuffer.wrap(random(3 * CHUNK, 2)));
      image.flush();
    }
    image.close();
    Image pinned = PinnedImages.open(VOLUME, pin, bucket, execution, 1 << 20);
    assertThat(read(pinned, 0, 3 * CHUNK)).isEqualTo(random(3 * CHUNK, 1));
    // the owner had not met the PIN when it uploaded what came next: a name can't tell
    assertThat(bytesOf("/data/")).isBetween(6L * CHUNK, 9L * CHUNK + 20_000);
  }

  private long bytesOf(String folder) {
    return objects().stream()
        .filter(o -> o.key().value().contains(folder))
        .mapToLong(ListedObject::sizeBytes)
        .sum();
  }

  @Test
  void aSizeThatAnotherHasSetComesWithTheNextCommit() {
    VolumeImage image = open();
    new VolumeLog(VOLUME, bucket, execution)
        .append(
            state ->
                new LogRecord.Set(
                    OptionalLong.of(9_000_000), Optional.empty(), new TreeMap<>(), new TreeSet<>()),
            (state, slot) -> state.sizeBytes() == 9_000_000);
    image.write(0, ByteBuffer.wrap(random(5000, 1)));
    image.flush();
    assertThat(image.sizeBytes()).isEqualTo(9_000_000);
    assertThat(read(image, 8_000_000, 5000)).containsOnly(0);
    image.close();
  }

  @Test
  void aSizeTravelsWithoutData() {
    VolumeImage image = open();
    image.grow(123_456_789);
    image.flush();
    image.close();
    VolumeImage again = open();
    assertThat(again.sizeBytes()).isEqualTo(123_456_789);
    assertThatThrownBy(() -> again.grow(1)).isInstanceOf(InvalidRequest.class);
    assertThatThrownBy(() -> again.grow((64L << 40) + 1)).isInstanceOf(InvalidRequest.class);
    again.close();
  }

  private List<ListedObject> objects() {
    return bucket.list("volumes/", null, 1000, Purpose.LOG);
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(Image image, long offset, int length) {
    ByteBuffer into = ByteBuffer.allocate(length);
    image.read(offset, into);
    assertThat(into.hasRemaining()).isFalse();
    return into.array();
  }
}
