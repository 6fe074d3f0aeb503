package io.s3shard.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.Blocks;
import io.s3shard.format.FrameCheck;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.testing.SteppedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache file: warm after a restart, and harmless whatever happens to it. */
class DiskCacheTest {
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final long BYTES = 4 << 20;

  @TempDir Path folder;

  private final SteppedTime time = new SteppedTime();
  private final List<DiskCache> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(DiskCache::close);
  }

  /** As a new process has it: nothing in memory. */
  private final class Cache {
    private final DiskCache disk;
    private final FrameCache frames;

    Cache(long bytes) {
      disk = new DiskCache(folder, "store", bytes, time);
      open.add(disk);
      frames = new FrameCache(64L * ObjectFormat.FRAME_BYTES, disk);
    }

    Cache keep(int... frameNumbers) {
      for (int number : frameNumbers) {
        frames.keep(frame(number), physical(number), 0);
        disk.settle();
      }
      return this;
    }

    boolean reads(int number) {
      int blocks = frame(number).blocks();
      ByteBuffer into = ByteBuffer.allocate(2 * Blocks.SIZE);
      boolean hit = disk.read(frame(number), blocks - 2, 2, into, 0);
      if (hit) {
        int from = ObjectFormat.FRAME_HEADER_BYTES + (blocks - 2) * Blocks.SIZE;
        assertThat(into).isEqualTo(physical(number).slice(from, 2 * Blocks.SIZE));
      }
      return hit;
    }
  }

  /** Its last frame has three blocks. */
  private static Frame frame(int number) {
    return new Frame(ObjectRef.data(VOLUME, 2, 2, 1, 8 * 999 + 3), number);
  }

  private static ByteBuffer physical(int number) {
    Frame frame = frame(number);
    ByteBuffer bytes = ByteBuffer.allocate(ObjectFormat.FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    byte[] content = new byte[frame.blocks() * Blocks.SIZE];
    new Random(number).nextBytes(content);
    bytes.put(ObjectFormat.FRAME_HEADER_BYTES, content);
    FrameCheck check = new FrameCheck(frame.object().key());
    for (int i = 0; i < frame.blocks(); i++) {
      ByteBuffer block = ByteBuffer.wrap(content, i * Blocks.SIZE, Blocks.SIZE);
      bytes.putInt(Integer.BYTES * i, check.sum(number * 8L + i, block));
    }
    return bytes;
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.reduce((a, b) -> a.compareTo(b) < 0 ? a : b).orElseThrow();
    }
  }

  private void overwrite(long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  @Test
  void itIsWarmAfterARestart() {
    new Cache(BYTES).keep(0, 7, 999).disk.close();
    Cache again = new Cache(BYTES);
    assertThat(again.reads(0)).isTrue();
    assertThat(again.reads(7)).isTrue();
    assertThat(again.reads(999)).isTrue();
    assertThat(again.reads(1)).isFalse();
    assertThat(again.disk.meter().hits()).isEqualTo(3);
    assertThat(again.disk.meter().misses()).isEqualTo(1);
    assertThat(again.disk.usedBytes()).isEqualTo(3L * CacheLayout.SLOT_BYTES);
  }

  @Test
  void theFileHasItsRoomFromTheStartAndNeverGrows() throws IOException {
    Cache cache = new Cache(BYTES);
    long size = Files.size(file());
    long blocks = allocated(file());
    assertThat(size).isEqualTo(cache.disk.capacityBytes());
    assertThat(blocks).isGreaterThanOrEqualTo(size);
    for (int number = 0; number < 500; number++) {
      cache.keep(number);
    }
    assertThat(Files.size(file())).isEqualTo(size);
    assertThat(cache.disk.meter().evictions()).isEqualTo(500 - CacheLayout.within(BYTES).slots());
    assertThat(cache.reads(499)).isTrue();
    assertThat(cache.reads(0)).isFalse();
  }

  private static long allocated(Path file) throws IOException {
    try {
      Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
      return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
    } catch (NumberFormatException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aSlotThatWasHalfWrittenIsFoundAndFilledAnew() throws IOException {
    new Cache(BYTES).keep(0, 1).disk.close();
    overwrite(
        CacheLayout.within(BYTES).slotAt(0) + 7L * CacheLayout.CELL_BYTES + 99, new byte[500]);
    Cache again = new Cache(BYTES);
    assertThat(again.reads(0)).isFalse();
    assertThat(again.disk.damaged()).isEqualTo(1);
    assertThat(again.reads(1)).isTrue();
    assertThat(again.keep(0).reads(0)).isTrue();
  }

  @Test
  void aSlotWithAnotherFrameThanTheTableSaysCantPass() throws IOException {
    new Cache(BYTES).keep(0, 1).disk.close();
    CacheLayout layout = CacheLayout.within(BYTES);
    byte[] slot = new byte[CacheLayout.SLOT_BYTES];
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.READ)) {
      channel.read(ByteBuffer.wrap(slot), layout.slotAt(1));
    }
    overwrite(layout.slotAt(0), slot);
    assertThat(new Cache(BYTES).reads(0)).isFalse();
  }

  @Test
  void aTornTableEntryIsAnEmptySlot() throws IOException {
    new Cache(BYTES).keep(0, 1).disk.close();
    overwrite(CacheLayout.within(BYTES).entryAt(0) + 3, new byte[] {1});
    Cache again = new Cache(BYTES);
    assertThat(again.reads(0)).isFalse();
    assertThat(again.disk.damaged()).isZero();
    assertThat(again.reads(1)).isTrue();
  }

  @Test
  void aFileOfAnotherVersionOrSizeIsBegunAnew() throws IOException {
    new Cache(BYTES).keep(0).disk.close();
    overwrite(8, new byte[] {CacheLayout.VERSION + 1});
    Cache other = new Cache(BYTES);
    assertThat(other.reads(0)).isFalse();
    assertThat(other.keep(0).reads(0)).isTrue();
    other.disk.close();
    Cache larger = new Cache(2 * BYTES);
    assertThat(larger.reads(0)).isFalse();
    assertThat(larger.keep(0).reads(0)).isTrue();
    larger.disk.close();
    Files.write(file(), new byte[100]);
    assertThat(new Cache(BYTES).keep(0).reads(0)).isTrue();
  }

  @Test
  void deletedWhileItIsUsedItIsMadeAgain() throws IOException {
    Cache cache = new Cache(BYTES).keep(0);
    Files.delete(file());
    assertThat(cache.reads(0)).as("what is open goes on").isTrue();
    time.advance(Duration.ofSeconds(6));
    cache.keep(1);
    assertThat(file()).exists();
    assertThat(cache.reads(1)).isTrue();
    assertThat(cache.reads(0)).isFalse();
  }

  @Test
  void eachProcessHasAFileOfItsOwn() throws IOException {
    Cache first = new Cache(BYTES).keep(0);
    Cache second = new Cache(BYTES).keep(1);
    assertThat(first.reads(1)).isFalse();
    assertThat(second.reads(1)).isTrue();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void aFolderThatCantBeUsedIsDoneWithout() throws IOException {
    Files.write(folder.resolve("file"), new byte[1]);
    folder = folder.resolve("file");
    Cache cache = new Cache(BYTES).keep(0);
    assertThat(cache.reads(0)).isFalse();
    assertThat(cache.disk.capacityBytes()).isZero();
    ByteBuffer into = ByteBuffer.allocate(Blocks.SIZE);
    assertThat(cache.frames.copy(frame(0), 0, 1, into, 0)).as("memory goes on").isTrue();
  }

  @Test
  @Tag("fuse")
  void aDiskThatIsFullIsDoneWithoutUntilThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString());
    try {
      Path other = Files.write(disk.resolve("other"), new byte[6 << 20]);
      folder = disk.resolve("cache");
      Cache cache = new Cache(BYTES).keep(0);
      assertThat(cache.reads(0)).isFalse();
      Files.delete(other);
      time.advance(Duration.ofMinutes(2));
      assertThat(cache.keep(1).reads(1)).isTrue();
      cache.disk.close();
    } finally {
      run("umount", disk.toString());
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
