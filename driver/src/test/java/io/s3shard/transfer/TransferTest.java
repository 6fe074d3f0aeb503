package io.s3shard.transfer;

import static io.s3shard.testing.TestHost.random;
import static io.s3shard.testing.TestHost.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.HostFailure;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.VolumeExists;
import io.s3shard.image.Image;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LivePin;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.SteppedTime;
import io.s3shard.testing.TestHost;
import io.s3shard.volume.Deletions;
import io.s3shard.volume.ExportPins;
import io.s3shard.volume.GarbageCollection;
import io.s3shard.volume.Snapshot;
import io.s3shard.volume.Snapshots;
import io.s3shard.volume.Volume;
import io.s3shard.volume.Volumes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images carried out of a bucket and in: the same bytes, the same holes, one moment. */
class TransferTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private final MemoryStore store = new MemoryStore();
  private final SteppedTime time = new SteppedTime();
  private final Volumes volumes = new Volumes(store, time, "s3://b/p");
  private final Snapshots snapshots = new Snapshots(volumes);
  private final TestHost host = new TestHost(store, time, "a");
  private final Import imports = new Import(volumes, host.opener());
  private final Export exports = new Export(snapshots, host.opener());

  /** Data at both ends and in the middle, an odd length, zeros that are written. */
  private static byte[] sparse() {
    byte[] bytes = new byte[9 * MIB + 777];
    System.arraycopy(random(70_000, 1), 0, bytes, 0, 70_000);
    System.arraycopy(random(5_000, 2), 0, bytes, 5 * MIB + 123, 5_000);
    System.arraycopy(random(777, 3), 0, bytes, 9 * MIB, 777);
    return bytes;
  }

  private Volume importOf(String name, byte[] bytes) {
    Inlet inlet = new StreamInlet(new ByteArrayInputStream(bytes));
    return imports.run(name, TestHost.CHUNK_BYTES, inlet, _ -> {}).volume();
  }

  private byte[] content(Volume volume) {
    return read(host.opener().openForReading(volume.id(), false));
  }

  private Path exportOf(Volume volume, String file) throws IOException {
    Path path = folder.resolve(file);
    try (Outlet outlet = FileOutlet.create(path, false)) {
      exports.run(volume, outlet, _ -> {});
    }
    return path;
  }

  private static long allocated(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  @Test
  void aVolumeGoesOutAndInAsItWas() throws Exception {
    byte[] bytes = sparse();
    Volume volume = importOf("a", bytes);
    assertThat(volume.state().sizeBytes()).isEqualTo(bytes.length);
    assertThat(content(volume)).isEqualTo(bytes);

    Path file = exportOf(volume, "a.img");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    assertThat(allocated(file)).as("holes").isLessThan(256 << 10);
    try (Inlet inlet = FileInlet.open(file)) {
      assertThat(inlet.sizeBytes()).hasValue(bytes.length);
      assertThat(inlet.nextData(MIB)).as("holes are skipped").isBetween(4L * MIB, 5L * MIB + 123);
      Import.Imported again = imports.run("b", TestHost.CHUNK_BYTES, inlet, _ -> {});
      assertThat(content(again.volume())).isEqualTo(bytes);
      assertThat(again.dataBytes()).isBetween(75_000L, 90_000L);
    }
    assertThat(volumes.names()).containsExactly("a", "b");
  }

  @Test
  void aHoleAtTheEndAndAnEmptyFileKeepTheirSize() throws Exception {
    byte[] bytes = Arrays.copyOf(random(4096, 1), 3 * MIB);
    Path file = exportOf(importOf("a", bytes), "a.img");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    try (Inlet inlet = FileInlet.open(file)) {
      assertThat(content(imports.run("b", TestHost.CHUNK_BYTES, inlet, _ -> {}).volume()))
          .isEqualTo(bytes);
    }
    assertThat(exportOf(importOf("empty", new byte[0]), "empty.img")).hasSize(0);
  }

  @Test
  void aStreamHasAllBytes() throws IOException {
    byte[] bytes = sparse();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Long> heard = new ArrayList<>();
    Export.Exported exported = exports.run(importOf("a", bytes), new StreamOutlet(out), heard::add);
    assertThat(out.toByteArray()).isEqualTo(bytes);
    assertThat(exported.sizeBytes()).isEqualTo(bytes.length);
    assertThat(exported.dataBytes()).isBetween(75_777L, 100_000L);
    assertThat(heard).isSorted().endsWith((long) bytes.length);
  }

  /** The owner overwrites everything, and cleans up behind itself, while the image is read. */
  @Test
  void allOfItIsOfOneMoment() throws IOException {
    byte[] bytes = random(4 * MIB, 1);
    Volume volume = importOf("a", bytes);
    VolumeImage image = host.opener().openForWriting(volume.id(), false);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StreamOutlet outlet =
        new StreamOutlet(out) {
          @Override
          public void begin(long sizeBytes) {
            for (int i = 0; i < 20; i++) {
              image.write(0, ByteBuffer.wrap(random(4 * MIB, 2 + i)));
              image.flush();
            }
          }
        };
    exports.run(volume, outlet, _ -> {});
    assertThat(out.toByteArray()).isEqualTo(bytes);
    image.close();
    assertThat(pins(volume)).as("the pin is gone again").isEmpty();
  }

  @Test
  void aSnapshotGoesOutAlsoOfADeletedVolume() throws IOException {
    byte[] bytes = random(MIB, 1);
    Volume volume = importOf("a", bytes);
    Snapshot snapshot = snapshots.create("a", "s");
    new Deletions(volumes).delete("a");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    exports.run(snapshot, new StreamOutlet(out), _ -> {});
    assertThat(out.toByteArray()).isEqualTo(bytes);
    assertThat(pins(volume)).extracting(LivePin::name).containsExactly("s");
  }

  private List<LivePin> pins(Volume volume) {
    return volumes.pins(volumes.find(volume.id()).orElseThrow());
  }

  @Test
  void anExportThatDiedKeepsItsStateForSevenDays() {
    Volume volume = importOf("a", random(MIB, 1));
    Snapshot pinned = new ExportPins(snapshots).pin(volume);
    new Deletions(volumes).delete("a");
    time.advance(Duration.ofDays(6));
    new GarbageCollection(volumes, false).run(_ -> {});
    assertThat(read(host.opener().openPinned(volume.id(), pinned.pin(), "a")))
        .isEqualTo(random(MIB, 1));

    time.advance(Duration.ofDays(2));
    new GarbageCollection(volumes, false).run(_ -> {});
    assertThatThrownBy(() -> host.opener().openPinned(volume.id(), pinned.pin(), "a"))
        .isInstanceOf(ObjectMissing.class);
    assertThat(store.list("volumes/" + volume.id() + "/data/", null, 10, Purpose.MAP)).isEmpty();
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Volume volume = importOf("a", random(MIB, 1));
    assertThatThrownBy(() -> importOf("a", random(MIB, 2))).isInstanceOf(VolumeExists.class);
    Path file = Files.writeString(folder.resolve("there"), "mine");
    assertThatThrownBy(() -> exportOf(volume, "there"))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("--overwrite");
    assertThat(file).hasContent("mine");
    assertThat(content(volume)).isEqualTo(random(MIB, 1));
    try (Outlet outlet = FileOutlet.create(file, true)) {
      exports.run(volume, outlet, _ -> {});
    }
    assertThat(file).hasBinaryContent(random(MIB, 1));
  }

  @Test
  void aFileThatAppearsMeanwhileIsNotOverwritten() throws IOException {
    Volume volume = importOf("a", random(MIB, 1));
    Path file = folder.resolve("a.img");
    try (Outlet outlet = FileOutlet.create(file, false)) {
      Files.writeString(file, "mine");
      assertThatThrownBy(() -> exports.run(volume, outlet, _ -> {}))
          .isInstanceOf(InvalidRequest.class);
    }
    assertThat(file).hasContent("mine");
    assertThat(folder.toFile().list()).containsExactly("a.img");
  }

  /** The other has the name when all is read. */
  @Test
  void aNameThatIsTakenMeanwhileStaysTaken() {
    Inlet slow =
        new StreamInlet(new ByteArrayInputStream(random(MIB, 1))) {
          @Override
          public long nextData(long offset) {
            if (offset == 0) {
              importOf("a", random(MIB, 2));
            }
            return offset;
          }
        };
    assertThatThrownBy(() -> imports.run("a", TestHost.CHUNK_BYTES, slow, _ -> {}))
        .isInstanceOf(VolumeExists.class);
    assertThat(content(volumes.get("a"))).isEqualTo(random(MIB, 2));
    assertThat(volumes.names()).containsExactly("a");
  }

  @Test
  void whatFailsLeavesNothing() throws IOException {
    Inlet torn =
        new StreamInlet(new ByteArrayInputStream(random(8 * MIB, 1))) {
          @Override
          public void read(long offset, ByteBuffer into) throws IOException {
            if (offset > 0) {
              throw new IOException("torn");
            }
            super.read(offset, into);
          }
        };
    assertThatThrownBy(() -> imports.run("a", TestHost.CHUNK_BYTES, torn, _ -> {}))
        .isInstanceOf(HostFailure.class)
        .hasMessageContaining("torn");
    assertThat(volumes.names()).isEmpty();

    Volume volume = importOf("b", random(MIB, 1));
    store.delete(
        store.list("volumes/" + volume.id() + "/data/", null, 10, Purpose.MAP).stream()
            .map(object -> object.key())
            .toList(),
        Purpose.BACKGROUND);
    assertThatThrownBy(() -> exportOf(volume, "b.img"))
        .isInstanceOf(io.s3shard.error.Damaged.class);
    assertThat(folder.toFile().list()).isEmpty();
    assertThat(pins(volume)).isEmpty();
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeItIsRead() {
    Inlet huge =
        new StreamInlet(new ByteArrayInputStream(new byte[0])) {
          @Override
          public OptionalLong sizeBytes() {
            return OptionalLong.of(65L << 40);
          }
        };
    assertThatThrownBy(() -> imports.run("a", TestHost.CHUNK_BYTES, huge, _ -> {}))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("64TiB");
    assertThat(volumes.names()).isEmpty();
  }

  /** Nothing is read where the map has nothing: 1 TiB of it takes no time. */
  @Test
  void whatTheMapDoesNotKnowIsNotRead() throws IOException {
    volumes.create(io.s3shard.volume.NewVolume.of("large", 1L << 40));
    Volume volume = volumes.get("large");
    try (Image image = host.opener().openForWriting(volume.id(), false)) {
      image.write((1L << 40) - 4096, ByteBuffer.wrap(random(4096, 1)));
      image.flush();
    }
    try (Outlet outlet = FileOutlet.create(folder.resolve("large"), false)) {
      assertThat(exports.run(volume, outlet, _ -> {}).dataBytes()).isEqualTo(4096);
    }
    assertThat(folder.resolve("large")).hasSize(1L << 40);
  }
}
