package io.s3shard.volume;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.MeteredStore;
import io.s3shard.store.Purpose;
import io.s3shard.store.StoreMeter;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What copies cost, in requests: whatever the volume's size, its snapshots and its ancestors. */
class CopiesFiguresTest {
  private static final long TERABYTE = 1L << 40;
  private static final int DATA = 100_000;

  private final MemoryStore bucket = new MemoryStore();
  private final Execution time = new ThreadExecution();
  private final StoreMeter meter = new StoreMeter();
  private final MeteredStore store = new MeteredStore(bucket, time, meter);
  private final Volumes volumes = new Volumes(store, time, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final TestHost host = new TestHost(store, time, "n1");

  private long requestsOf(Runnable work) {
    long before = meter.use().requests();
    work.run();
    return meter.use().requests() - before;
  }

  private VolumeImage open(VolumeId id) {
    return host.opener().openForWriting(id, false);
  }

  private void write(VolumeId id, long offset, long seed) {
    try (VolumeImage image = open(id)) {
      image.write(offset, ByteBuffer.wrap(random(DATA, seed)));
    }
  }

  @Test
  void aSnapshotOfATerabyteTakesOneRequestOfItsOwnerAndAtMostSevenOfOthers() {
    Volume volume = volumes.create(NewVolume.of("fs.img", TERABYTE));
    try (VolumeImage image = open(volume.id())) {
      image.write(TERABYTE / 2, ByteBuffer.wrap(random(DATA, 1)));
      image.flush();
      PinRequest request = PinRequest.of("monday", new PinPurpose.OfSnapshot(), time.now());
      assertThat(requestsOf(() -> image.append(request::record))).as("by its owner").isEqualTo(1);
    }
    assertThat(requestsOf(() -> snapshots.create("fs.img", "tuesday")))
        .as("from elsewhere")
        .isLessThanOrEqualTo(7);
    Snapshot monday = snapshots.get(volumes.get("fs.img"), "monday");
    assertThat(requestsOf(() -> new Clones(snapshots).of(monday, NewClone.of("copy.img"))))
        .as("a clone")
        .isLessThanOrEqualTo(16);
  }

  @Test
  void aThousandSnapshotsAreKeptAndGoInAnyOrder() {
    VolumeId id = volumes.create(NewVolume.of("fs.img", 4 * DATA)).id();
    Map<String, Integer> shows = new HashMap<>();
    for (int i = 0; i < 1000; i++) {
      if (i % 50 == 0) {
        write(id, 0, i);
      }
      String name = "s" + i;
      shows.put(name, i / 50 * 50);
      assertThat(requestsOf(() -> snapshots.create("fs.img", name)))
          .as("snapshot %d", i)
          .isLessThanOrEqualTo(10);
    }
    List<Snapshot> all = new ArrayList<>(snapshots.of(volumes.get("fs.img")));
    assertThat(all).hasSize(1000);
    Collections.shuffle(all, new Random(1));
    for (int i = 0; i < all.size(); i++) {
      Snapshot snapshot = all.get(i);
      if (i % 100 == 0) {
        try (Image image =
            host.opener().openPinned(id, snapshot.pin(), "snapshot " + snapshot.name())) {
          assertThat(read(image, 0, DATA)).isEqualTo(random(DATA, shows.get(snapshot.name())));
        }
      }
      snapshots.remove(snapshot);
    }
    new Deletions(volumes).reap(id);
    long left =
        bucket.list("volumes/" + id + "/data/", null, 1000, Purpose.MAP).stream()
            .mapToLong(ListedObject::sizeBytes)
            .sum();
    assertThat(left).as("what is live").isBetween((long) DATA, DATA + 8192L);
    try (Image image = host.opener().openForReading(id, false)) {
      assertThat(read(image, 0, DATA)).isEqualTo(random(DATA, 950));
    }
  }

  /** Of each link something is left in what the last one shows. */
  @Test
  void aChainOfFiftyClonesReadsLikeItsRoot() {
    VolumeId id = volumes.create(NewVolume.of("v0", 64L * DATA)).id();
    byte[] shown = random(60 * DATA, 1000);
    try (VolumeImage image = open(id)) {
      image.write(0, ByteBuffer.wrap(shown));
    }
    long root = requestsToRead(id, shown);
    for (int i = 1; i <= 50; i++) {
      id = new Clones(snapshots).of(volumes.get("v" + (i - 1)), NewClone.of("v" + i)).id();
      write(id, (long) i * DATA, i);
      System.arraycopy(random(DATA, i), 0, shown, i * DATA, DATA);
    }
    long last = requestsToRead(id, shown);
    System.out.println("reading a clone, 50 deep, took " + last + " requests; its root " + root);
    // fewer than one for each ancestor: their logs are not walked
    assertThat(last).isLessThanOrEqualTo(root + 50);
  }

  private long requestsToRead(VolumeId id, byte[] shown) {
    return requestsOf(() -> {
      try (Image image = host.opener().openForReading(id, false)) {
        assertThat(read(image, 0, shown.length)).isEqualTo(shown);
      }
    });
  }
}
