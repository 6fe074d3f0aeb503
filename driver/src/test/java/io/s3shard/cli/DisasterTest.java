package io.s3shard.cli;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.VolumeId;
import io.s3shard.image.Image;
import io.s3shard.image.VolumeImage;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import io.s3shard.testing.TestHost;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What docs/disaster.md says of copied and lost prefixes, tried. */
class DisasterTest {
  private static final String PREFIX = "s3://bucket/prefix";
  private static final int DATA = 700_000;

  private final MemoryStore store = new MemoryStore();
  private final CommandRun command = CommandRun.on(store);
  private VolumeId id;

  @BeforeEach
  void aVolumeWithASnapshot() {
    command.run("create", PREFIX, "fs.img", "--size", "1MiB", "--chunk-size", "256KiB", "--json");
    id = new VolumeId(command.json().get("id").getAsString());
    write(store, 1);
    command.run("snapshot", "create", PREFIX, "fs.img", "monday");
    write(store, 2);
  }

  private static TestHost host(MemoryStore bucket) {
    return new TestHost(bucket, new ThreadExecution(), "n1");
  }

  private void write(MemoryStore bucket, long seed) {
    try (VolumeImage image = host(bucket).opener().openForWriting(id, false)) {
      image.write(0, ByteBuffer.wrap(random(DATA, seed)));
    }
  }

  private byte[] content(MemoryStore bucket) {
    try (Image image = host(bucket).opener().openForReading(id, false)) {
      return read(image, 0, DATA);
    }
  }

  private static List<ObjectKey> keys(MemoryStore bucket) {
    return bucket.list("", null, 1_000, Purpose.MAP).stream().map(ListedObject::key).toList();
  }

  private void copy(MemoryStore to, Predicate<String> wanted) {
    for (ObjectKey key : keys(store)) {
      if (wanted.test(key.value())) {
        to.put(key, Body.of(store.get(key, Purpose.MAP).body()), Purpose.MAP);
      }
    }
  }

  private void lose(Predicate<String> lost) {
    store.delete(keys(store).stream().filter(key -> lost.test(key.value())).toList(), Purpose.MAP);
  }

  @Test
  void aCopyOfAPrefixIsAllThatThereWasAndGoesItsOwnWay() {
    MemoryStore copied = new MemoryStore();
    copy(copied, _ -> true);
    CommandRun there = CommandRun.on(copied);
    assertThat(there.run("ls", PREFIX, "-o", "name").out()).isEqualTo("fs.img\n");
    assertThat(there.run("snapshot", "ls", PREFIX, "-o", "name").out())
        .isEqualTo("fs.img@monday\n");
    assertThat(there.run("check", PREFIX).exit()).isZero();
    write(copied, 3);
    assertThat(content(copied)).isEqualTo(random(DATA, 3));
    assertThat(content(store)).isEqualTo(random(DATA, 2));
  }

  /** In the order of keys, as copying tools go: data before the log that names it. */
  @Test
  void aCopyThatWasMadeWhileItWasWrittenToIsFoundOut() {
    MemoryStore copied = new MemoryStore();
    copy(copied, key -> key.contains("/data/"));
    write(store, 3);
    copy(copied, key -> !key.contains("/data/"));
    CommandRun there = CommandRun.on(copied);
    assertThat(there.run("check", PREFIX).exit()).isEqualTo(ExitCode.DAMAGED.number());
    assertThat(there.out()).contains("bytes ", "there is no object");
    assertThat(there.run("check", "--fast", PREFIX).exit()).isEqualTo(ExitCode.DAMAGED.number());
    // the snapshot was not written to: what it needs was there all the time
    assertThat(there.run("clone", PREFIX, "fs.img@monday", "rescued.img").exit()).isZero();
    assertThat(there.run("check", PREFIX, "rescued.img").exit()).isZero();
  }

  @Test
  void aLostMarkIsBroughtBackFromAnyOtherPrefix() {
    lose(key -> key.equals("s3shard"));
    command.run("ls", PREFIX);
    assertThat(command.exit()).isEqualTo(ExitCode.REFUSED.number());
    assertThat(command.err()).contains("holds other things", "no s3shard mark");
    MemoryStore fresh = new MemoryStore();
    CommandRun.on(fresh).run("create", "s3://bucket/other", "x", "--size", "1MiB");
    Body mark = Body.of(fresh.get(Layout.PREFIX_FORMAT, Purpose.MAP).body());
    store.put(Layout.PREFIX_FORMAT, mark, Purpose.MAP);
    assertThat(command.run("check", PREFIX).exit()).isZero();
    assertThat(content(store)).isEqualTo(random(DATA, 2));
  }

  @Test
  void withoutNamesSnapshotsAreFoundByTheVolumesId() {
    lose(key -> key.startsWith(Layout.NAMES));
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).isEmpty();
    assertThat(command.run("snapshot", "ls", PREFIX, id.value(), "-o", "name").out())
        .contains("@monday");
    assertThat(command.run("clone", PREFIX, id + "@monday", "rescued.img").exit()).isZero();
    assertThat(command.run("check", PREFIX, "rescued.img").exit()).isZero();
  }

  @Test
  void whatIsLostIsAnErrorAndWhatIsBroughtBackIsWhole() {
    MemoryStore backup = new MemoryStore();
    copy(backup, _ -> true);
    lose(key -> key.contains("/data/"));
    assertThat(command.run("check", PREFIX).exit()).isEqualTo(ExitCode.DAMAGED.number());
    for (ObjectKey key : keys(backup)) {
      store.put(key, Body.of(backup.get(key, Purpose.MAP).body()), Purpose.MAP);
    }
    assertThat(command.run("check", PREFIX).exit()).isZero();
    assertThat(content(store)).isEqualTo(random(DATA, 2));
  }

  @Test
  void aLostLogIsAMissingVolumeAndNeverAnEmptyOne() {
    lose(key -> key.contains("/log/"));
    assertThat(command.run("info", PREFIX, "fs.img").exit()).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(command.run("ls", PREFIX, "-o", "name").out()).isEmpty();
    assertThat(command.run("gc", PREFIX).exit()).isZero();
    assertThat(keys(store))
        .as("gc keeps what it knows nothing of")
        .anyMatch(key -> key.value().contains("/data/"));
  }
}
