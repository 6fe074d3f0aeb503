package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.s3shard.cache.FrameCache;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Appended;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.proto.v1.Extents;
import io.s3shard.proto.v1.PinTable;
import io.s3shard.proto.v1.Root;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.testing.HeapArenas;
import io.s3shard.testing.SecondReader;
import io.s3shard.volume.Clones;
import io.s3shard.volume.NewClone;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/format.md is enough to read what we write: a second implementation, made from it, reads the
 * golden bytes, whole volumes and arenas.
 */
class SecondReaderTest {
  private static final Path GOLDEN = Path.of("src/test/resources/format");
  private static final VolumeId VOLUME = new VolumeId("0123456789abcdef0123456789abcdef");
  private static final VolumeId MAPPED = new VolumeId("000102030405060708090a0b0c0d0e0f");
  private static final int CHUNK = 256 << 10;
  private static final Host HOST = new Host("node-1", "machine-1", "boot-1", "test");
  private static final ImageOptions SMALL =
      new ImageOptions(Duration.ofHours(1), 16 << 10, 64 << 10, 8, 1 << 20, 4, 100, 1 << 20);

  @TempDir Path folder;

  private final SecondReader reader = new SecondReader();
  private final ThreadExecution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final HeapArenas arenas = new HeapArenas(1 << 18, 64);

  @Test
  void theGoldenRecords() throws Exception {
    List<Path> records;
    try (Stream<Path> files = Files.list(GOLDEN)) {
      records =
          files.filter(f -> f.getFileName().toString().startsWith("record-")).sorted().toList();
    }
    assertThat(records).hasSizeGreaterThan(12);
    for (Path file : records) {
      var record = io.s3shard.proto.v1.LogRecord.parseFrom(metadataOf(file));
      ObjectKey key = Layout.log(new VolumeId(record.getVolumeId()), record.getSlot());
      assertRead(key, file, record);
    }
  }

  @Test
  void theOtherGoldenObjects() throws Exception {
    Path root = GOLDEN.resolve("root.bin");
    assertRead(Layout.map(MAPPED, 2, 700, 3), root, Root.parseFrom(metadataOf(root)));
    Path page = GOLDEN.resolve("page.bin");
    assertRead(
        Layout.map(MAPPED, 2, 700, 1), page, io.s3shard.proto.v1.Page.parseFrom(metadataOf(page)));
    Path pins = GOLDEN.resolve("pin-table.bin");
    assertRead(Layout.map(VOLUME, 70, 69, 5), pins, PinTable.parseFrom(metadataOf(pins)));
    Path extents = GOLDEN.resolve("extents.bin");
    assertRead(Layout.map(VOLUME, 30, 39, 12), extents, Extents.parseFrom(metadataOf(extents)));
    JsonObject data =
        json(reader.inspect(Layout.data(MAPPED, 2, 5, 1), GOLDEN.resolve("object.bin")));
    assertThat(data.get("blocks").getAsInt()).isEqualTo(1);
  }

  private void assertRead(ObjectKey key, Path file, Message expected) throws Exception {
    String ours =
        JsonFormat.printer()
            .alwaysPrintFieldsWithNoPresence()
            .preservingProtoFieldNames()
            .print(expected);
    assertThat(json(reader.inspect(key, file)).get("metadata"))
        .as(file.toString())
        .isEqualTo(json(ours));
  }

  /** Without looking at checksums or keys: the reader looks at them. */
  private static ByteBuffer metadataOf(Path file) throws IOException {
    byte[] object = Files.readAllBytes(file);
    ByteBuffer footer = ByteBuffer.wrap(object).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int end = object.length - ObjectFormat.FOOTER_BYTES;
    int length = (int) footer.getLong(end + 16);
    return ByteBuffer.wrap(object, end - length, length);
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  @Test
  void anObjectUnderAnotherKeyIsRefused() {
    assertThatThrownBy(
            () -> reader.inspect(Layout.log(VOLUME, 39), GOLDEN.resolve("record-close.bin")))
        .hasMessageContaining("written under another key");
  }

  /** Inline data, segments, whole chunks, zeros, checkpoints, several epochs, a pinned state. */
  @RepeatedTest(3)
  void aVolumeAfterManyWritesNowAndAtAPin() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] model = new byte[(2 << 20) + 1234];
    Volume volume = create(model.length);
    VolumeImage image = open(volume);
    write(random, image, model, 150);
    Appended pin = pin(volume);
    byte[] pinned = model.clone();
    write(random, image, model, 150);
    image.close();
    image = open(volume);
    write(random, image, model, 30);
    image.flush();

    Path copy = folder.resolve("bucket");
    SecondReader.copy(bucket, copy);

    assertThat(reader.image(copy, "größe.img")).as("seed %d", seed).isEqualTo(model);
    assertThat(reader.image(copy, "größe.img", String.valueOf(pin.slot())))
        .as("seed %d, pinned", seed)
        .isEqualTo(pinned);
    image.close();
  }

  /** First of its source alone, then with writes of its own, then with a map of its own. */
  @Test
  void aClone() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] model = new byte[(1 << 20) + 77];
    Volume source = create(model.length);
    VolumeImage image = open(source);
    write(random, image, model, 60);
    image.close();
    Volume clone =
        new Clones(new Snapshots(new Volumes(bucket, execution, "s3://b/p")))
            .of(source, NewClone.of("copy.img"));
    byte[] cloned = model.clone();
    image = open(source);
    write(random, image, model, 60);
    image.close();
    assertClone("before", cloned, seed);
    image = open(clone);
    write(random, image, cloned, 5);
    assertClone("open", cloned, seed);
    write(random, image, cloned, 60);
    image.close();
    assertClone("closed", cloned, seed);
  }

  private void assertClone(String when, byte[] expected, long seed) throws Exception {
    Path copy = folder.resolve(when);
    SecondReader.copy(bucket, copy);
    assertThat(reader.image(copy, "copy.img")).as("%s, seed %d", when, seed).isEqualTo(expected);
  }

  private Volume create(long size) {
    new Prefix(bucket, "s3://b/p").claim();
    return new Volumes(bucket, execution, "s3://b/p")
        .create(new NewVolume("größe.img", size, CHUNK, new TreeMap<>()));
  }

  private VolumeImage open(Volume volume) {
    return new ImageOpener(
            bucket,
            execution,
            arenas,
            new ArenaPool(32),
            new FrameCache(1 << 20),
            HOST,
            SMALL,
            () -> false)
        .openForWriting(volume.id(), false);
  }

  private Appended pin(Volume volume) {
    return new VolumeLog(volume.id(), bucket, execution)
        .append(
            state -> new LogRecord.Pin("snap", "test", 0, "", 1),
            (state, slot) -> state.pins().live().stream().anyMatch(p -> p.slot() == slot));
  }

  private static void write(Random random, VolumeImage image, byte[] model, int steps) {
    for (int step = 0; step < steps; step++) {
      int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 600_000 : 9000);
      int offset = random.nextInt(model.length - length);
      switch (random.nextInt(8)) {
        case 0 -> {
          image.discard(offset, length);
          Arrays.fill(model, offset, offset + length, (byte) 0);
        }
        case 1, 2 -> image.flush();
        default -> {
          byte[] data = new byte[length];
          random.nextBytes(data);
          image.write(offset, ByteBuffer.wrap(data));
          System.arraycopy(data, 0, model, offset, length);
        }
      }
    }
    image.flush();
  }

  @Test
  void anArenaInFiles() throws Exception {
    MappedArenas home = new MappedArenas(folder, "store", "boot-1");
    Arena arena = Arena.create(home.create(VOLUME), new ArenaPool(16), VOLUME, "0".repeat(32));
    Arena.Reservation write = arena.reserve(Arena.Kind.WRITE, 4096, 5);
    arena.fill(write, ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
    arena.fill(arena.reserve(Arena.Kind.ZERO, 100, 1L << 40));
    arena.reserve(Arena.Kind.WRITE, 0, 50); // never finished
    arena.fill(arena.reserve(Arena.Kind.SIZE, 777, 0));
    arena.header().addWriter("f".repeat(32), "0".repeat(32));
    arena.header().mark(ArenaHeader.State.FENCED);

    JsonObject read = json(reader.arena(folder.resolve("store-" + VOLUME)));

    assertThat(read)
        .isEqualTo(
            json(
                """
                {"volume": "0123456789abcdef0123456789abcdef", "state": "fenced", "boot": "boot-1",
                 "writers": ["00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff"],
                 "records": [
                   {"sequence": 1, "kind": "WRITE", "offset": 4096, "length": 5},
                   {"sequence": 2, "kind": "ZERO", "offset": 100, "length": 1099511627776},
                   {"sequence": 4, "kind": "SIZE", "offset": 777, "length": 0}]}
                """));
    arena.delete();
  }

  /** What lies in it was written by users of the machine whose files others may not read. */
  @Test
  void anArenaIsForItsOwnerOnly() throws Exception {
    Path home = folder.resolve("arenas");
    ArenaMemory memory = new MappedArenas(home, "store", "boot-1").create(VOLUME);
    assertThat(Files.getPosixFilePermissions(home))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    memory.delete();
  }
}
