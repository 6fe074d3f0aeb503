package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.cache.FrameCache;
import io.s3shard.error.Damaged;
import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.log.BlindPut;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.HeapArenas;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a read meets when the map goes on, or the volume goes away, between its requests. */
class ReadsBesideCommitsTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final Host HOST = new Host("node-1", "machine-1", "boot-1", "test");
  private static final Host ELSEWHERE = new Host("node-2", "machine-2", "boot-2", "test");
  private static final int FAR = 3 << 20;

  /** The first COMMIT, after CREATE and OPEN. */
  private static final ObjectKey FIRST_COMMIT = Layout.log(VOLUME, 3);

  private static final ImageOptions SMALL =
      new ImageOptions(Duration.ofHours(1), 16 << 10, 64 << 10, 8, 1 << 20, 4, 100, 1 << 20);

  private final ThreadExecution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final Interrupted store = new Interrupted(bucket);
  private final HeapArenas arenas = new HeapArenas(1 << 18, 64);
  private final byte[] data = new byte[5000];

  @BeforeEach
  void create() {
    new Random(1).nextBytes(data);
    new VolumeLog(VOLUME, bucket, execution)
        .create(
            new LogRecord.Create(
                256 << 10,
                FAR + 4096,
                "fs.img",
                false,
                Optional.empty(),
                new TreeMap<>(),
                new TreeSet<>(),
                0,
                false));
  }

  private ImageOpener opener(ObjectStore through, HeapArenas home, Host host) {
    return new ImageOpener(
        through,
        execution,
        home,
        new ArenaPool(32),
        new FrameCache(1 << 20),
        host,
        SMALL,
        () -> false);
  }

  private VolumeImage open() {
    return opener(store, arenas, HOST).openForWriting(VOLUME, false);
  }

  private VolumeImage openElsewhere() {
    return opener(bucket, new HeapArenas(1 << 18, 64), ELSEWHERE).openForWriting(VOLUME, true);
  }

  /** Commits until checkpoints have made {@code key} dead and it is deleted. */
  private void commitUntilGone(VolumeImage image, ObjectKey key) {
    byte[] some = new byte[64];
    for (int i = 0; i < 20_000 && bucket.list(key.value(), null, 1, Purpose.LOG).size() > 0; i++) {
      new Random(i).nextBytes(some);
      image.write(FAR, ByteBuffer.wrap(some));
      image.flush();
    }
    assertThat(bucket.list(key.value(), null, 1, Purpose.LOG)).as("%s is gone", key).isEmpty();
  }

  private void fillAnew(long slot) {
    LogRecord late = new LogRecord.Unpin(17);
    BlindPut.of(late, slot, VOLUME, bucket, execution);
  }

  private byte[] read(Image image) {
    ByteBuffer into = ByteBuffer.allocate(data.length);
    image.read(0, into);
    return into.array();
  }

  @Test
  void aPageThatWasReplacedMeanwhileIsLookedUpAgain() {
    VolumeImage first = open();
    first.write(0, ByteBuffer.wrap(data));
    first.close();
    VolumeImage image = open();
    store.before(
        key -> key.value().startsWith(Layout.mapFolder(VOLUME)),
        key -> commitUntilGone(image, key));

    assertThat(read(image)).isEqualTo(data);
    assertThat(store.hasHappened()).isTrue();
    image.close();
  }

  @Test
  void aCommitThatWasTrimmedMeanwhileIsLookedUpAgainAlsoIfItsSlotIsFilledAnew() {
    VolumeImage image = openWithACommit();
    byte[] newer = new byte[data.length];
    new Random(2).nextBytes(newer);
    store.before(
        FIRST_COMMIT::equals,
        key -> {
          // so that no checkpoint waits for the read, to gather what it reads
          image.write(0, ByteBuffer.wrap(newer));
          image.write(4096, ByteBuffer.wrap(newer));
          commitUntilGone(image, key);
          fillAnew(3);
        });

    assertThat(read(image)).startsWith(Arrays.copyOf(newer, 4096));
    assertThat(store.hasHappened()).isTrue();
    image.close();
  }

  /** Nothing of the first COMMIT is in memory. */
  private VolumeImage openWithACommit() {
    VolumeImage first = open();
    first.write(0, ByteBuffer.wrap(data));
    first.flush();
    arenas.processDied();
    return open();
  }

  @Test
  void whoHasLostTheVolumeIsToldSoAndNotOfDamage() {
    VolumeImage image = openWithACommit();
    store.before(
        FIRST_COMMIT::equals,
        key -> {
          VolumeImage other = openElsewhere();
          commitUntilGone(other, key);
          fillAnew(3);
          other.close();
        });

    assertThatThrownBy(() -> read(image)).isInstanceOf(Fenced.class);
  }

  @Test
  void damageThatIsThereIsReportedWhileOthersCommit() {
    VolumeImage image = openWithACommit();
    bucket.delete(List.of(FIRST_COMMIT), Purpose.LOG);
    bucket.put(FIRST_COMMIT, Body.of(new byte[9000]), Purpose.LOG);
    store.before(
        FIRST_COMMIT::equals,
        _ -> {
          image.write(FAR, ByteBuffer.wrap(new byte[] {1}));
          image.flush();
        });

    assertThatThrownBy(() -> read(image))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(FIRST_COMMIT.value());
  }

  @Test
  void aReaderWhomNothingProtectsSeesNoMix() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(data));
    image.flush();
    image.write(8192, ByteBuffer.wrap(data));
    image.flush();
    store.before(
        FIRST_COMMIT::equals,
        key -> {
          commitUntilGone(image, key);
          fillAnew(3);
        });

    Image reader =
        opener(store, new HeapArenas(1 << 18, 64), ELSEWHERE).openForReading(VOLUME, true);

    assertThat(store.hasHappened()).isTrue();
    assertThat(read(reader)).isEqualTo(data);
    image.close();
  }

  @Test
  void aWriteThatComesDuringACloseIsRefusedAndNotLost() {
    VolumeImage image = open();
    store.before(
        Layout.log(VOLUME, 3)::equals,
        _ ->
            assertThatThrownBy(() -> image.write(0, ByteBuffer.wrap(data)))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("closed"));
    image.close();

    assertThat(store.hasHappened()).isTrue();
  }

  @Test
  void aCloseThatFailsKeepsTheArenaAndCanBeFollowedByAnotherOpen() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(data));
    store.before(
        FIRST_COMMIT::equals,
        _ -> {
          throw new IllegalStateException("a fault of ours");
        });
    assertThatThrownBy(image::close).isInstanceOf(RuntimeException.class);

    VolumeImage again = open();
    assertThat(Arrays.equals(read(again), data)).as("the flush was not answered").isFalse();
    again.close();
  }

  @Test
  void aCloseWhoseEndIsNotKnownLeavesTheVolumeToTheNextOpen() {
    VolumeImage image = open();
    image.write(0, ByteBuffer.wrap(data));
    image.flush();
    store.before(
        Layout.log(VOLUME, 5)::equals, // the CLOSE: after the COMMIT that names a checkpoint
        _ -> {
          throw new IllegalStateException("a fault of ours");
        });
    assertThatThrownBy(image::close).isInstanceOf(RuntimeException.class);

    VolumeImage again = open();
    assertThat(read(again)).isEqualTo(data);
    again.close();
    List<ListedObject> log = bucket.list(Layout.logFolder(VOLUME), null, 100, Purpose.LOG);
    assertThat(log).as("CREATE, OPEN, COMMIT with the checkpoint, OPEN, CLOSE").hasSize(5);
  }
}
