package io.s3shard.log;

import static io.s3shard.log.Records.OTHER;
import static io.s3shard.log.Records.VOLUME;
import static io.s3shard.log.Records.writer;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One record of each kind whose bytes are kept in the resources {@code format/*.bin}: whoever
 * changes the format sees it there. Run {@link #main} with that folder to write those that are not
 * there; what is there is never changed, since buckets hold it.
 */
final class GoldenRecords {
  private static final byte[] NONCE = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
  private static final Set<String> FEATURES = Set.of("test-feature");
  private static final ObjectRef INLINE = ObjectRef.log(VOLUME, 0, 3);

  /** {@code decoded}: {@code record} as it comes back from its slot. */
  record Golden(
      String name,
      long slot,
      LogRecord record,
      LogRecord decoded,
      Optional<LoadedLog> informed,
      List<ByteBuffer> payload) {
    ByteBuffer encode() {
      return new RecordCodec(VOLUME, FEATURES)
          .encode(slot, NONCE, record, informed, payload)
          .body()
          .toBuffer();
    }

    LoggedRecord decode(ByteBuffer bytes) {
      return new RecordCodec(VOLUME, FEATURES).decode(slot, bytes);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private GoldenRecords() {}

  static ByteBuffer bytes(String name) throws IOException {
    try (InputStream in = GoldenRecords.class.getResourceAsStream("/format/" + name + ".bin")) {
      if (in == null) {
        throw new IOException(
            "no golden bytes of " + name + ": write them with GoldenRecords.main");
      }
      return ByteBuffer.wrap(in.readAllBytes());
    }
  }

  static List<Golden> all() {
    List<Golden> all = new ArrayList<>();
    LogRecord.Create create = clone(false, 0);
    all.add(informed("create", 1, create, VolumeState.of(create)));
    all.add(informed("create-abandoned", 1, clone(true, 0), VolumeState.of(clone(true, 0))));
    LogRecord.Create ofClone = clone(false, 3);
    all.add(informed("create-of-a-clone", 1, ofClone, VolumeState.of(ofClone)));
    all.add(
        informed("open", 40, new LogRecord.Open(writer("n1", 1), 30, true, 1_800_000_000_002L)));
    all.add(commit());
    all.add(commitElsewhere());
    all.add(informed("close", 40, new LogRecord.Close(30, "umount")));
    all.add(informed("attach-writer", 40, new LogRecord.Attach("n1", AttachMode.SINGLE_WRITER)));
    all.add(blind("attach-reader", new LogRecord.Attach("n1", AttachMode.READ_ONLY)));
    all.add(blind("detach", new LogRecord.Detach("n1")));
    all.add(blind("pin", new LogRecord.Pin("snap", "clone x", 7, "g1", 1_800_000_000_003L)));
    all.add(blind("unpin", new LogRecord.Unpin(33)));
    all.add(blind("hold", new LogRecord.Hold("g1")));
    all.add(blind("release", new LogRecord.Release("g1")));
    all.add(blind("set", set()));
    all.add(blind("retire", new LogRecord.Retire("rm")));
    return all;
  }

  private static Golden informed(String name, long slot, LogRecord record) {
    return informed(name, slot, record, state(slot));
  }

  private static Golden informed(String name, long slot, LogRecord record, VolumeState after) {
    Optional<Checkpoint> checkpoint =
        slot == 1
            ? Optional.empty()
            : Optional.of(new Checkpoint(ObjectRef.map(VOLUME, 20, 25, 4), 25));
    return new Golden(
        name, slot, record, record, Optional.of(new LoadedLog(after, checkpoint)), List.of());
  }

  private static Golden blind(String name, LogRecord record) {
    return new Golden(name, 41, record, record, Optional.empty(), List.of());
  }

  private static LogRecord.Create clone(boolean abandoned, int sourceAncestors) {
    return new LogRecord.Create(
        1 << 22,
        (1L << 40) + 512,
        "größe.img",
        true,
        Optional.of(new CloneSource(OTHER, 8, 9, sourceAncestors)),
        new TreeMap<>(Map.of("mode", "0640", "user.comment", "x")),
        new TreeSet<>(Set.of("test-feature")),
        1_800_000_000_000L,
        abandoned);
  }

  private static LogRecord.Set set() {
    return new LogRecord.Set(
        OptionalLong.of(1L << 41),
        Optional.of(new LogRecord.Rename("a", "b")),
        new TreeMap<>(Map.of("mode", "0600", "gone", "")),
        new TreeSet<>(FEATURES));
  }

  private static Golden commit() {
    Optional<Checkpoint> checkpoint =
        Optional.of(new Checkpoint(ObjectRef.map(VOLUME, 30, 38, 11), 38));
    LogRecord.Commit draft =
        new LogRecord.Commit(
            30, 77, (1L << 40) + 513, extents(INLINE), Optional.empty(), checkpoint);
    LogRecord.Commit decoded =
        new LogRecord.Commit(
            30,
            77,
            (1L << 40) + 513,
            extents(ObjectRef.log(VOLUME, 40, 3)),
            Optional.empty(),
            checkpoint);
    ByteBuffer payload = ByteBuffer.allocate(3 * Blocks.SIZE);
    while (payload.hasRemaining()) {
      payload.put((byte) (payload.position() * 31 >> 7));
    }
    Optional<LoadedLog> informed = Optional.of(new LoadedLog(state(40), checkpoint));
    return new Golden("commit", 40, draft, decoded, informed, List.of(payload.flip()));
  }

  private static Golden commitElsewhere() {
    Optional<ObjectRef> index = Optional.of(ObjectRef.map(VOLUME, 30, 39, 12));
    Optional<Checkpoint> checkpoint =
        Optional.of(new Checkpoint(ObjectRef.map(VOLUME, 20, 25, 4), 25));
    LogRecord.Commit draft =
        new LogRecord.Commit(30, 78, 0, extents(INLINE), index, Optional.empty());
    LogRecord.Commit decoded = new LogRecord.Commit(30, 78, 0, List.of(), index, checkpoint);
    Optional<LoadedLog> informed = Optional.of(new LoadedLog(state(40), checkpoint));
    return new Golden("commit-elsewhere", 40, draft, decoded, informed, List.of());
  }

  /**
   * Zeros, inline data in {@code payload}, an object of this volume and one of another, a rebase.
   */
  static List<Extent> extents(ObjectRef payload) {
    ObjectRef own = ObjectRef.data(VOLUME, 30, 39, 1, 1024);
    ObjectRef others = ObjectRef.data(OTHER, 4, 5, 6, 8);
    return List.of(
        Extent.zeros(new BlockRange(0, 5)),
        Extent.of(new BlockRange(5, 2), payload, 1),
        Extent.of(new BlockRange(100, 1), payload, 0),
        Extent.of(new BlockRange(1024, 1000), own, 24),
        new Extent(new BlockRange(5000, 8), new Extent.Source.InObject(others, 0), 36),
        Extent.of(new BlockRange(5008, 24), own, 0));
  }

  private static VolumeState state(long slot) {
    Pins pins =
        new Pins(
            Optional.of(ObjectRef.map(VOLUME, 35, 34, 99)),
            new TreeMap<>(Map.of(36L, new LivePin(36, 3, "p", "snapshot", 5, 0))),
            new TreeSet<>(Set.of(3L, 4L)),
            12,
            Optional.empty());
    return new VolumeState(
        slot,
        Optional.of(new Owner(30, writer("n1", 3), 76, 1_800_000_000_001L)),
        1L << 40,
        1 << 22,
        "fs.img",
        pins,
        Optional.of("g0"),
        new TreeMap<>(Map.of("n1", AttachMode.READ_ONLY, "n2", AttachMode.READ_ONLY)),
        new TreeMap<>(Map.of("mode", "0640", "user.comment", "x")),
        new TreeSet<>(FEATURES),
        true,
        false,
        false,
        Optional.of(new CloneSource(OTHER, 8, 9, 0)),
        30,
        1_800_000_000_000L);
  }

  static final ObjectRef TABLE = ObjectRef.map(VOLUME, 70, 69, 5);

  /** Sizes of 0 are not written: so they were before pins knew them. */
  static List<LivePin> pins(long sizeBytes) {
    return List.of(
        new LivePin(3, 3, "a", "snapshot", 1, sizeBytes),
        new LivePin(9, 3, "b", "clone x", 2, sizeBytes));
  }

  static ByteBuffer pinTable(long sizeBytes) {
    return PinTableCodec.encode(TABLE, pins(sizeBytes)).toBuffer();
  }

  /** Writes what is missing in the folder {@code args[0]}. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    for (Golden golden : all()) {
      write(folder.resolve("record-" + golden.name() + ".bin"), golden.encode());
    }
    write(folder.resolve("pin-table.bin"), pinTable(0));
    write(folder.resolve("pin-table-sizes.bin"), pinTable(1L << 40));
    ObjectRef index = ObjectRef.map(VOLUME, 30, 39, 12);
    write(
        folder.resolve("extents.bin"),
        ExtentsCodec.encodeObject(index, extents(INLINE)).toBuffer());
  }

  private static void write(Path file, ByteBuffer bytes) throws IOException {
    if (Files.notExists(file)) {
      byte[] content = new byte[bytes.remaining()];
      bytes.get(content);
      Files.write(file, content);
    }
  }
}
