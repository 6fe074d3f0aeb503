package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.s3shard.error.Damaged;
import io.s3shard.error.Poisoned;
import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.Body;
import io.s3shard.store.ByteRange;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.PutOutcome;
import io.s3shard.store.StoreSettings;
import io.s3shard.store.StoreStack;
import io.s3shard.testing.ForwardingStore;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promises of DESIGN §2 that VolumeImageTest does not name, each on a bucket in memory that
 * does to the engine what the promise is about.
 */
@Timeout(120)
class PromisesTest {
  private static final int SIZE = 900_000;

  private final Execution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();

  private Volumes volumes(ObjectStore store) {
    return new Volumes(store, execution, "s3://b/p");
  }

  private VolumeId create(String name) {
    return volumes(bucket)
        .create(new NewVolume(name, 0, TestHost.CHUNK_BYTES, new TreeMap<>()))
        .id();
  }

  private VolumeImage open(VolumeId volume, ObjectStore store, String node) {
    return new TestHost(store, execution, node).opener().openForWriting(volume, true);
  }

  /** A host that is cut off for good before its request number {@code left}. */
  private static final class CutOff extends ForwardingStore {
    private final AtomicInteger left;

    private CutOff(ObjectStore store, int left) {
      super(store);
      this.left = new AtomicInteger(left);
    }

    private void count() {
      if (left.decrementAndGet() < 0) {
        throw new StoreRefused("cut off");
      }
    }

    @Override
    public void put(ObjectKey key, Body body, Purpose purpose) {
      count();
      super.put(key, body, purpose);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      count();
      return super.putIfAbsent(key, body, purpose);
    }

    @Override
    public void delete(Collection<ObjectKey> keys, Purpose purpose) {
      count();
      super.delete(keys, purpose);
    }
  }

  /**
   * Cut off before each of its requests in turn, checkpoints and deletions among them: what another
   * host finds is what some first writes have made (a commit may come between two of them, also
   * unasked), no less than what the last acknowledged flush had.
   */
  @Test
  void promise2Prefix() {
    int requests = 0;
    boolean cutOff = true;
    while (cutOff) {
      VolumeId volume = create("a-" + requests);
      List<Write> writes = new ArrayList<>();
      int acknowledged = -1;
      try {
        VolumeImage image = open(volume, new CutOff(bucket, requests), "a");
        image.grow(SIZE);
        for (int i = 0; i < 12; i++) {
          // two places, one of them a whole chunk now and then: a mix would show; each is one
          // record
          put(image, writes, new Write(4096 * i, 6000, i));
          int length = i % 4 == 0 ? TestHost.CHUNK_BYTES / 4 : 3000;
          for (int j = 0; j < 4; j++) {
            int at = TestHost.CHUNK_BYTES + j * TestHost.CHUNK_BYTES / 4;
            put(image, writes, new Write(at, length, 100 + 4 * i + j));
          }
          image.flush();
          acknowledged = writes.size();
        }
        image.close();
        cutOff = false;
      } catch (S3ShardException e) {
        assertThat(e.getMessage()).contains("cut off");
      }
      int shown = explained(writes, read(open(volume, bucket, "b")));
      assertThat(shown)
          .as("cut off before request %d", requests)
          .isGreaterThanOrEqualTo(acknowledged);
      requests += requests < 20 ? 1 : 3;
    }
    assertThat(requests).isGreaterThan(30);
  }

  private record Write(int at, int length, long seed) {}

  private static void put(VolumeImage image, List<Write> writes, Write write) {
    writes.add(write);
    image.write(write.at(), ByteBuffer.wrap(random(write.length(), write.seed())));
  }

  /** After how many writes the image looked like this; 0: none, -1: not even opened, or never. */
  private static int explained(List<Write> writes, byte[] found) {
    byte[] model = new byte[SIZE];
    int shown = Arrays.equals(found, model) ? 0 : -1;
    for (int i = 0; i < writes.size(); i++) {
      Write write = writes.get(i);
      System.arraycopy(random(write.length(), write.seed()), 0, model, write.at(), write.length());
      shown = Arrays.equals(found, model) ? i + 1 : shown;
    }
    return shown;
  }

  /** The least that it says; all kinds of objects and damage are DamagedBucketTest's. */
  @Test
  void promise4NeverZerosForData() {
    VolumeId volume = create("a");
    try (VolumeImage image = open(volume, bucket, "a")) {
      image.write(0, ByteBuffer.wrap(random(SIZE, 1)));
    }
    for (ListedObject object : bucket.list(Layout.dataFolder(volume), null, 100, Purpose.MAP)) {
      bucket.delete(List.of(object.key()), Purpose.MAP);
    }
    VolumeImage image = open(volume, bucket, "b");
    ByteBuffer into = ByteBuffer.allocate(4096);
    assertThatThrownBy(() -> image.read(0, into))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("there is no object " + Layout.dataFolder(volume));
  }

  /** A snapshot and a clone of a large volume send as much as those of a small one. */
  @Test
  void promise5CopiesCostNothing() {
    long small = copyBytes("small", 5_000);
    long large = copyBytes("large", 8 * SIZE);
    assertThat(large).isLessThanOrEqualTo(small + 100).isLessThan(4096);
  }

  /** Deleting one of them takes nothing from the others. */
  private long copyBytes(String name, int size) {
    VolumeId volume = create(name);
    try (VolumeImage image = open(volume, bucket, "a")) {
      image.write(0, ByteBuffer.wrap(random(size, 1)));
    }
    Counting counting = new Counting(bucket);
    Volumes volumes = volumes(counting);
    Snapshots snapshots = new Snapshots(volumes);
    snapshots.create(name, "s");
    Volume clone = new Clones(snapshots).of(volumes.get(name), NewClone.of(name + "-clone"));
    long sent = counting.bytes.get();
    snapshots.remove(snapshots.get(volumes.get(name), "s"));
    new Deletions(volumes(bucket)).delete(name);
    assertThat(read(open(clone.id(), bucket, "b"))).isEqualTo(random(size, 1));
    return sent;
  }

  /** How many bytes were put, and the most requests at once. */
  private static final class Counting extends ForwardingStore {
    private final AtomicLong bytes = new AtomicLong();

    private Counting(ObjectStore store) {
      super(store);
    }

    @Override
    public void put(ObjectKey key, Body body, Purpose purpose) {
      bytes.addAndGet(body.length());
      super.put(key, body, purpose);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      bytes.addAndGet(body.length());
      return super.putIfAbsent(key, body, purpose);
    }
  }

  /** A bucket whose door can be shut: whoever comes then gets no answer, or waits. */
  private static final class Door extends ForwardingStore {
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean holds;
    private volatile boolean away;

    private Door(ObjectStore store) {
      super(store);
    }

    private void enter() {
      if (away) {
        refused.incrementAndGet();
        throw new StoreUnavailable("away");
      }
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      try {
        while (holds) {
          Thread.sleep(1);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        inside.decrementAndGet();
      }
    }

    @Override
    public void put(ObjectKey key, Body body, Purpose purpose) {
      enter();
      super.put(key, body, purpose);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
      enter();
      return super.putIfAbsent(key, body, purpose);
    }

    @Override
    public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
      enter();
      return super.get(key, range, purpose);
    }
  }

  private StoreStack stack(ObjectStore store, int requestsAtOnce) {
    return new StoreStack(store, new StoreSettings(requestsAtOnce, Optional.empty()), execution);
  }

  /** A bucket that answers nothing: writers wait, hold no more than they may, and lose nothing. */
  @Test
  void promise6Bounded() {
    VolumeId volume = create("a");
    Door door = new Door(bucket);
    int arenas = 64; // TestHost's, of 256 KiB each
    byte[] content = random(2 * arenas << 18, 1);
    VolumeImage image = open(volume, stack(door, 4).store(), "a");
    door.holds = true;
    AtomicLong written = new AtomicLong();
    Execution.Task<Boolean> writer =
        execution.fork(
            "writer",
            () -> {
              for (int at = 0; at < content.length; at += 1 << 16) {
                image.write(at, ByteBuffer.wrap(content, at, 1 << 16));
                written.addAndGet(1 << 16);
              }
              return true;
            });
    await().atMost(Duration.ofSeconds(60)).until(() -> image.status().writersWaiting() == 1);
    assertThat(written.get()).as("accepted").isLessThanOrEqualTo(arenas << 18);
    assertThat(image.status().arenaBytes()).isLessThanOrEqualTo(arenas << 18);
    assertThat(writer.isDone()).isFalse();
    door.holds = false;
    assertThat(writer.join()).isTrue();
    image.flush();
    assertThat(door.most.get()).as("requests on their way at once").isBetween(2, 4);
    assertThat(read(image)).isEqualTo(content);
    image.close();
    assertThat(ArenaPool.GUARANTEED_SEGMENTS).isLessThan(arenas);
  }

  /** Nobody is told of it: writes, a flush and a read wait until the bucket is back. */
  @Test
  void promise8AnOutageIsAPause() {
    VolumeId volume = create("a");
    Door door = new Door(bucket);
    try (VolumeImage before = open(volume, bucket, "a")) {
      before.write(0, ByteBuffer.wrap(random(SIZE, 1)));
    }
    VolumeImage image = open(volume, stack(door, 4).store(), "b");
    door.away = true;
    image.write(5000, ByteBuffer.wrap(random(9000, 2)));
    Execution.Task<Boolean> flush =
        execution.fork(
            "flush",
            () -> {
              image.flush();
              return true;
            });
    Execution.Task<byte[]> reader = execution.fork("read", () -> read(image, SIZE - 5000L, 5000));
    await().atMost(Duration.ofSeconds(60)).until(() -> door.refused.get() > 10);
    assertThat(flush.isDone() || reader.isDone()).isFalse();
    door.away = false;
    assertThat(flush.join()).isTrue();
    assertThat(reader.join()).isEqualTo(Arrays.copyOfRange(random(SIZE, 1), SIZE - 5000, SIZE));
    image.close();
    byte[] expected = random(SIZE, 1);
    System.arraycopy(random(9000, 2), 0, expected, 5000, 9000);
    assertThat(read(open(volume, bucket, "c"))).isEqualTo(expected);
  }

  /** With a deadline it is an error after it, and the image is poisoned. */
  @Test
  void promise8ADeadlineIsTheUsersChoice() {
    VolumeId volume = create("a");
    Door door = new Door(bucket);
    StoreSettings settings = new StoreSettings(4, Optional.of(Duration.ofMillis(200)));
    StoreStack stack = new StoreStack(door, settings, execution);
    VolumeImage image =
        new TestHost(stack.store(), execution, "a", stack.store()::gaveUp)
            .opener()
            .openForWriting(volume, false);
    image.write(0, ByteBuffer.wrap(random(SIZE, 1)));
    door.away = true;
    assertThatThrownBy(image::flush).isInstanceOf(Poisoned.class);
    assertThatThrownBy(() -> image.write(0, ByteBuffer.allocate(1))).isInstanceOf(Poisoned.class);
  }
}
