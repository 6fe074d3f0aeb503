package io.s3shard.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.cache.FrameCache;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.image.ArenaPool;
import io.s3shard.image.Host;
import io.s3shard.image.ImageOpener;
import io.s3shard.image.ImageOptions;
import io.s3shard.image.VolumeImage;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Root;
import io.s3shard.store.Body;
import io.s3shard.store.ListedObject;
import io.s3shard.store.MemoryStore;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import io.s3shard.testing.HeapArenas;
import io.s3shard.volume.NewVolume;
import io.s3shard.volume.Prefix;
import io.s3shard.volume.Volumes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A bucket with two volumes that have everything that a volume can have: chunks, segments, COMMITs
 * with inline data and with an index of their own, a checkpoint of pages and delta pages, a pin
 * table. They were open when their host was lost.
 */
final class Specimen {
  static final String LOCATION = "s3://bucket/prefix";
  static final List<String> NAMES = List.of("a.img", "b.img");
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int SIZE_BYTES = 8 * CHUNK_BYTES - 1000;
  private static final int PINS = 70;
  private static final ImageOptions OPTIONS =
      new ImageOptions(Duration.ofHours(1), 16 << 10, 64 << 10, 1_000, 1 << 30, 4, 4, 1 << 20);

  private final Execution execution = new ThreadExecution();
  private final MemoryStore bucket = new MemoryStore();
  private final Map<ObjectKey, byte[]> objects = new TreeMap<>();
  private final Map<ObjectKey, Part> parts = new TreeMap<>();
  private final Map<VolumeId, byte[]> contents = new TreeMap<>();

  Specimen() {
    new Prefix(bucket, LOCATION).claim();
    for (String name : NAMES) {
      VolumeId volume =
          volumes(bucket).create(new NewVolume(name, 0, CHUNK_BYTES, new TreeMap<>())).id();
      contents.put(volume, fill(volume, new Random(name.hashCode())));
    }
    for (ListedObject object : bucket.list("", null, 1000, Purpose.MAP)) {
      ByteBuffer body = bucket.get(object.key(), Purpose.MAP).body();
      byte[] bytes = new byte[body.remaining()];
      body.get(bytes);
      objects.put(object.key(), bytes);
    }
    contents.keySet().forEach(this::tellParts);
    tellOthers();
    assertThat(new HashSet<>(parts.values())).containsExactlyInAnyOrder(Part.values());
  }

  Volumes volumes(ObjectStore store) {
    return new Volumes(store, execution, LOCATION);
  }

  VolumeLog log(VolumeId volume, ObjectStore store) {
    return new VolumeLog(volume, store, execution);
  }

  /** On a host of its own, with nothing cached. */
  ImageOpener opener(ObjectStore store) {
    return new ImageOpener(
        store,
        execution,
        new HeapArenas(1 << 18, 64),
        new ArenaPool(32),
        new FrameCache(1 << 20),
        new Host("node", "machine", "boot", "test"),
        OPTIONS,
        () -> false);
  }

  private byte[] fill(VolumeId volume, Random random) {
    byte[] content = new byte[SIZE_BYTES];
    VolumeImage image = opener(bucket).openForWriting(volume, false);
    image.grow(SIZE_BYTES);
    write(image, content, random, 0, 3 * CHUNK_BYTES);
    image.flush();
    scatter(image, content, random, 20);
    image.flush();
    image.close(); // a checkpoint of pages
    image = opener(bucket).openForWriting(volume, false);
    scatter(image, content, random, 3);
    image.flush();
    image.close(); // and one of delta pages
    image = opener(bucket).openForWriting(volume, false);
    write(image, content, random, 4 * CHUNK_BYTES, CHUNK_BYTES);
    scatter(image, content, random, 10);
    image.flush(); // a chunk, a segment and an index
    scatter(image, content, random, 2);
    image.flush(); // inline
    for (int i = 0; i < PINS; i++) {
      String name = "pin-" + i;
      log(volume, bucket)
          .append(
              _ -> new LogRecord.Pin(name, "", 0, "", 0),
              (state, slot) -> state.pins().live().stream().anyMatch(pin -> pin.slot() == slot));
    }
    return content;
  }

  private static void scatter(VolumeImage image, byte[] content, Random random, int times) {
    for (int i = 0; i < times; i++) {
      write(image, content, random, random.nextInt(content.length - 5000), 5000);
    }
  }

  private static void write(VolumeImage image, byte[] content, Random random, int at, int length) {
    byte[] data = new byte[length];
    random.nextBytes(data);
    System.arraycopy(data, 0, content, at, length);
    image.write(at, ByteBuffer.wrap(data));
  }

  private void tellParts(VolumeId volume) {
    Set<ObjectKey> deltas = new HashSet<>();
    for (ObjectKey key : objects.keySet()) {
      if (kind(key) == ObjectFormat.Kind.ROOT && key.value().startsWith(Layout.mapFolder(volume))) {
        ObjectRef ref = Layout.object(volume, key).orElseThrow();
        Root root = MapCodec.decodeRoot(ref, ByteBuffer.wrap(objects.get(key)));
        root.deltas().forEach(delta -> deltas.add(delta.key()));
      }
      Layout.slot(volume, key)
          .map(slot -> log(volume, bucket).read(slot))
          .ifPresent(record ->
              parts.put(
                  key, record instanceof LogRecord.Commit ? Part.COMMIT : Part.CONTROL_RECORD));
    }
    deltas.forEach(key -> parts.put(key, Part.DELTA_PAGE));
  }

  private void tellOthers() {
    for (ObjectKey key : objects.keySet()) {
      Part part =
          switch (kind(key)) {
            case PREFIX_FORMAT -> Part.PREFIX_MARK;
            case NAME -> Part.NAME;
            case LOG_RECORD -> Part.CONTROL_RECORD;
            case DATA -> objects.get(key).length > CHUNK_BYTES ? Part.CHUNK : Part.SEGMENT;
            case ROOT -> Part.ROOT;
            case PAGE -> Part.PAGE;
            case PIN_TABLE -> Part.PIN_TABLE;
            case EXTENTS -> Part.EXTENTS_INDEX;
            case HINT -> throw new AssertionError(key);
          };
      parts.putIfAbsent(key, part);
    }
  }

  private ObjectFormat.Kind kind(ObjectKey key) {
    return ObjectFormat.decodeAny(key, ByteBuffer.wrap(objects.get(key))).kind();
  }

  /** The objects that are this. */
  List<ObjectKey> keys(Part part) {
    return objects.keySet().stream().filter(key -> parts.get(key) == part).toList();
  }

  List<ObjectKey> keysBelow(String folder) {
    return objects.keySet().stream().filter(key -> key.value().startsWith(folder)).toList();
  }

  /** What each volume must show. */
  Map<VolumeId, byte[]> contents() {
    return contents;
  }

  static int pins() {
    return PINS;
  }

  Map<ObjectKey, byte[]> objects() {
    return new TreeMap<>(objects);
  }

  static MemoryStore store(Map<ObjectKey, byte[]> objects) {
    MemoryStore store = new MemoryStore();
    objects.forEach((key, bytes) -> store.put(key, Body.of(bytes), Purpose.MAP));
    return store;
  }
}
