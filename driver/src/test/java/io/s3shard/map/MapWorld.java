package io.s3shard.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A volume with a bucket of its own, and beside it the naive model: for each block what it holds,
 * since which slot, and where it lies. Every content is a number that was never used before; 0 is
 * zeros.
 */
final class MapWorld {
  static final int CHUNK = 64;

  /** A log and the checkpoint under it; of a clone that has none yet, its parent's. */
  private static final class Lineage {
    final VolumeId self;
    final TreeMap<Long, List<Extent>> log = new TreeMap<>();
    @Nullable ObjectRef root;
    @Nullable Lineage parent;

    Lineage(VolumeId self, @Nullable Lineage parent) {
      this.self = self;
      this.parent = parent;
    }
  }

  /** What the image held when a fold began. */
  private static final class Cut {
    final long slot;
    final long[] content;

    Cut(long slot, long[] content) {
      this.slot = slot;
      this.content = content;
    }
  }

  private final Random random;
  private final MapLimits limits;
  private final int blocks;
  private final long[] content;
  private final long[] since;
  private final Extent.Source[] source;

  private final Map<ObjectRef, long[]> data = new HashMap<>();
  private final Map<ObjectRef, ByteBuffer> mapObjects = new LinkedHashMap<>();
  private Lineage lineage;
  private ChunkMap map;
  private long slot;
  private long lastContent;
  private long counter;
  private int volumes = 1;
  private @Nullable Cut cut;
  private @Nullable CheckpointDraft draft;
  private Map<Long, Extent.Source> gatheredFrom = new HashMap<>();
  private Map<Long, Extent.Source> gatheredTo = new HashMap<>();

  // Own objects that a crash made nobody's: the sweep's.
  private final Set<ObjectRef> garbage = new HashSet<>();

  final List<String> done = new ArrayList<>();

  /** How many objects died, and how often it was checked that no other stayed. */
  int deadObjects;

  int complete;

  /** How often many chunks at once were dropped unseen. */
  int discards;

  /** How many blocks were gathered, how many chunks folded. */
  long copied;

  int folds;

  MapWorld(Random random, int chunks, MapLimits limits) {
    this.random = random;
    this.limits = limits;
    this.blocks = chunks * CHUNK - 7;
    this.content = new long[blocks];
    this.since = new long[blocks];
    this.source = new Extent.Source[blocks];
    java.util.Arrays.fill(source, Extent.Source.ZEROS);
    this.lineage = new Lineage(volume(1), null);
    this.map = ChunkMap.empty(lineage.self, CHUNK, limits);
  }

  static VolumeId volume(int number) {
    return new VolumeId(String.format("%032x", number));
  }

  ChunkMap map() {
    return map;
  }

  int storedMapBytes() {
    return mapObjects.values().stream().mapToInt(ByteBuffer::remaining).sum();
  }

  Collection<ByteBuffer> mapObjects() {
    return mapObjects.values();
  }

  void step() {
    int dice = random.nextInt(100);
    if (dice < 50) {
      commit(1 + random.nextInt(random.nextInt(10) == 0 ? 60 : 6));
    } else if (dice < 56) {
      rebase();
    } else if (dice < 60) {
      cut = new Cut(slot, content.clone());
    } else if (dice < 80) {
      long first = random.nextInt(blocks);
      check(first, Math.min(blocks + 10L, first + 1 + random.nextInt(2 * CHUNK)));
    } else if (dice < 90) {
      checkpointStep();
    } else if (dice < 93) {
      map.limitPages(random.nextInt(8000));
    } else if (dice < 95) {
      reload();
    } else if (dice < 96 && draft == null && volumes < 6) {
      becomeClone();
    } else if (dice < 97) {
      skipSlots();
    } else if (dice < 99) {
      if (draft == null) {
        count();
      }
    } else if (random.nextInt(3) == 0) {
      slot++;
      long first = random.nextInt(2 * CHUNK);
      append(List.of(Extent.zeros(BlockRange.between(first, blocks))));
    }
  }

  /** Control records take slots, too. */
  private void skipSlots() {
    slot += 1 + random.nextInt(3);
  }

  void commit(int wanted) {
    slot++;
    BitSet taken = new BitSet();
    List<Extent> extents = new ArrayList<>();
    List<Long> inline = new ArrayList<>();
    List<Long> segment = new ArrayList<>();
    List<BlockRange> inlineRanges = new ArrayList<>();
    List<BlockRange> segmentRanges = new ArrayList<>();
    for (int i = 0; i < wanted; i++) {
      BlockRange range = randomRange();
      if (taken.get((int) range.first(), (int) range.end()).cardinality() > 0) {
        continue;
      }
      taken.set((int) range.first(), (int) range.end());
      switch (random.nextInt(8)) {
        case 0, 1 -> extents.add(Extent.zeros(range));
        case 2 -> {
          extents.add(Extent.of(range, upload(range), 0));
        }
        case 3, 4 -> segmentRanges.add(range);
        default -> inlineRanges.add(range);
      }
    }
    inlineRanges.sort(Comparator.comparingLong(BlockRange::first));
    if (random.nextInt(4) > 0) {
      segmentRanges.sort(Comparator.comparingLong(BlockRange::first));
    }
    inlineRanges.forEach(range -> inline.addAll(fresh(range)));
    segmentRanges.forEach(range -> segment.addAll(fresh(range)));
    ObjectRef inlineObject = ObjectRef.log(lineage.self, slot, inline.size());
    place(inlineRanges, inlineObject, inline, extents);
    if (!segment.isEmpty()) {
      place(segmentRanges, dataRef(segment.size()), segment, extents);
    }
    extents.sort(Comparator.comparingLong(extent -> extent.range().first()));
    append(extents);
  }

  private void place(
      List<BlockRange> ranges, ObjectRef object, List<Long> contents, List<Extent> extents) {
    data.put(object, contents.stream().mapToLong(Long::longValue).toArray());
    long at = 0;
    for (BlockRange range : ranges) {
      extents.add(Extent.of(range, object, at));
      at += range.count();
    }
  }

  private BlockRange randomRange() {
    long first = random.nextInt(blocks);
    long count =
        switch (random.nextInt(12)) {
          case 0 -> {
            first = first / CHUNK * CHUNK;
            yield (long) CHUNK * (1 + random.nextInt(2));
          }
          case 1 -> 1 + random.nextInt(3 * CHUNK);
          case 2 -> random.nextInt(20) == 0 ? blocks : 1 + random.nextInt(CHUNK);
          default -> 1 + random.nextInt(3);
        };
    return new BlockRange(first, Math.min(count, blocks - first));
  }

  private List<Long> fresh(BlockRange range) {
    List<Long> contents = new ArrayList<>();
    for (long i = 0; i < range.count(); i++) {
      contents.add(++lastContent);
    }
    return contents;
  }

  private ObjectRef dataRef(int length) {
    return ObjectRef.data(lineage.self, 1 + slot / 50, slot, 2 * ++counter + 1, length);
  }

  /** An object of the blocks of {@code range}; if that is in one chunk, perhaps the chunk's own. */
  private ObjectRef upload(BlockRange range) {
    boolean inOneChunk = range.first() / CHUNK == (range.end() - 1) / CHUNK;
    ObjectRef segment = upload(fresh(range));
    if (!inOneChunk || random.nextInt(3) == 0) {
      return segment;
    }
    ObjectRef own =
        ObjectRef.data(
            lineage.self, segment.epoch(), slot, segment.counter() + 1, segment.blocks());
    counter++;
    data.put(own, Objects.requireNonNull(data.remove(segment)));
    return own;
  }

  private ObjectRef upload(List<Long> contents) {
    ObjectRef object = dataRef(contents.size());
    data.put(object, contents.stream().mapToLong(Long::longValue).toArray());
    return object;
  }

  /** A fold's COMMIT: what the cut held, in another object. */
  private void rebase() {
    if (cut == null || cut.slot < map.rebaseFloor() || cut.slot == 0) {
      return;
    }
    slot++;
    BlockRange range = randomRange();
    List<Long> copy = new ArrayList<>();
    for (long block = range.first(); block < range.end(); block++) {
      copy.add(cut.content[(int) block]);
    }
    append(List.of(new Extent(range, new Extent.Source.InObject(upload(copy), 0), cut.slot)));
  }

  private void append(List<Extent> extents) {
    lineage.log.put(slot, extents);
    map.apply(slot, extents);
    for (Extent extent : extents) {
      for (long block = extent.range().first(); block < extent.range().end(); block++) {
        int b = (int) block;
        if (extent.upTo() == 0 || since[b] <= extent.upTo()) {
          source[b] = extent.source().skip(block - extent.range().first());
          content[b] = read(source[b]);
          since[b] = slot;
        }
      }
    }
  }

  private long read(Extent.Source from) {
    return switch (from) {
      case Extent.Source.Zeros zeros -> 0;
      case Extent.Source.InObject in -> {
        long[] stored = data.get(in.object());
        assertThat(stored).as("object %s", in.object().key()).isNotNull();
        yield Objects.requireNonNull(stored)[(int) in.firstBlock()];
      }
    };
  }

  /**
   * The map says of each block in the range what the model says, and what lies there is what the
   * model holds.
   */
  void check(long first, long end) {
    long at = first;
    Piece before = null;
    for (Piece piece : look(BlockRange.between(first, end))) {
      assertThat(piece.range().first()).isEqualTo(at);
      if (before != null) {
        assertThat(Pieces.continues(before.source(), before.range().count(), piece.source()))
            .isFalse();
      }
      before = piece;
      for (; at < piece.range().end(); at++) {
        Extent.Source lies = piece.source().skip(at - piece.range().first());
        Extent.Source expected = at < blocks ? source[(int) at] : Extent.Source.ZEROS;
        assertThat(lies).as("block %s", at).isEqualTo(expected);
        assertThat(read(lies))
            .as("content of block %s", at)
            .isEqualTo(at < blocks ? content[(int) at] : 0);
      }
    }
    assertThat(at).isEqualTo(end);
  }

  void checkAll() {
    for (long first = 0; first < blocks; first += CHUNK) {
      check(first, first + CHUNK);
    }
  }

  private List<Piece> look(BlockRange range) {
    for (int tries = 0; tries < 10; tries++) {
      switch (map.lookup(range)) {
        case Lookup.Found found -> {
          return found.pieces();
        }
        case Lookup.PagesMissing missing ->
            missing.pages().forEach(ref -> map.install(ref, page(ref)));
      }
    }
    throw new AssertionError("pages of " + range + " drive out each other");
  }

  private Page page(ObjectRef ref) {
    return MapCodec.decodePage(ref, CHUNK, stored(ref));
  }

  private ByteBuffer stored(ObjectRef ref) {
    ByteBuffer object = mapObjects.get(ref);
    assertThat(object).as("map object %s", ref.key()).isNotNull();
    return Objects.requireNonNull(object);
  }

  /** Begins a checkpoint, or finishes or gives up the one that is being made. */
  private void checkpointStep() {
    if (draft == null) {
      long least = lastRebase();
      begin(Math.max(least, slot - random.nextInt(2)));
    } else if (random.nextInt(5) == 0) {
      draft = null;
    } else {
      finish();
    }
  }

  private void begin(long upTo) {
    draft = map.beginCheckpoint(upTo, 4096L * blocks, upkeep());
  }

  /** Any amount of any upkeep. */
  private Upkeep upkeep() {
    long pinned = random.nextInt(3) == 0 ? random.nextInt((int) slot + 1) : 0;
    Emptying emptying =
        switch (random.nextInt(3)) {
          case 0 -> map.sparsestSegments(pinned, random.nextInt(100));
          case 1 -> map.smallestSegments(pinned, 1 + random.nextInt(100));
          default -> Emptying.NONE;
        };
    double share = random.nextBoolean() ? 0.5 : map.foldDeadShare(random.nextInt(100));
    return new Upkeep(
        pinned, share, emptying.segments(), random.nextInt(4) == 0 ? 0 : random.nextInt(1000));
  }

  private void search(CheckpointDraft made) {
    if (random.nextBoolean()) {
      long first = random.nextInt(1 + blocks / CHUNK);
      made.searchBetween(first, random.nextBoolean() ? Long.MAX_VALUE : first + 1);
      for (int i = random.nextInt(20); i > 0; i--) {
        made.nextToSearch().ifPresent(ref -> made.search(ref, page(ref)));
      }
    }
  }

  private long lastRebase() {
    long last = map.covers();
    for (Map.Entry<Long, List<Extent>> commit : lineage.log.entrySet()) {
      if (commit.getValue().stream().anyMatch(extent -> extent.upTo() != 0)) {
        last = Math.max(last, commit.getKey());
      }
    }
    return last;
  }

  void checkpoint() {
    begin(slot);
    finish();
  }

  private void finish() {
    CheckpointDraft made = Objects.requireNonNull(draft);
    search(made);
    made.pagesNeeded().forEach(ref -> made.install(ref, page(ref)));
    assertThat(made.pagesNeeded()).isEmpty();
    gather(made);
    List<EncodedObject> objects = new ArrayList<>();
    made.encode(
        this::mapRef,
        this::page,
        batch -> {
          assertThat(batch).hasSizeBetween(1, MapUpload.BATCH_OBJECTS);
          objects.addAll(batch);
        });
    assertThat(objects.getLast().ref()).isEqualTo(made.rootRef());
    for (EncodedObject object : objects) {
      mapObjects.put(object.ref(), object.body().toBuffer());
    }
    Root root = MapCodec.decodeRoot(made.rootRef(), stored(made.rootRef()));
    objects.subList(0, objects.size() - 1).forEach(object -> checkBytes(object.ref(), root));
    assertThat(root.covers()).isEqualTo(made.covers());
    assertThat(root.sizeBytes()).isEqualTo(4096L * blocks);
    assertThat(root.deltas().size()).isLessThanOrEqualTo(limits.maxDeltas());
    List<ObjectRef> dead = new ArrayList<>(map.finishCheckpoint(made));
    made.discarded().ifPresent(discarded -> settle(discarded, dead));
    slot++; // the COMMIT that names it
    made.superseded().forEach(ref -> assertThat(ref.volume()).isEqualTo(lineage.self));
    made.superseded().forEach(ref -> assertThat(mapObjects.remove(ref)).isNotNull());
    assertThat(mapObjects.keySet().stream().filter(ref -> ref.volume().equals(lineage.self)))
        .containsExactlyInAnyOrderElementsOf(
            map.liveMapObjects().stream()
                .filter(ref -> ref.volume().equals(lineage.self))
                .toList());
    lineage.root = made.rootRef();
    lineage.parent = null;
    lineage.log.headMap(made.covers(), true).clear();
    data.keySet()
        .removeIf(ref -> ref.kind() == ObjectRef.Kind.LOG && !lineage.log.containsKey(ref.epoch()));
    for (int b = 0; b < blocks; b++) {
      if (since[b] <= made.covers() && source[b].equals(gatheredFrom.get((long) b))) {
        source[b] = gatheredTo.get((long) b);
      }
    }
    dead.forEach(this::bury);
    if (lineage.log.isEmpty()) {
      checkSpace();
    }
    draft = null;
    done.add(
        (root.deltas().isEmpty() ? "pages " + root.pages().size() : "delta")
            + (objects.size() > 1 ? "" : " none"));
  }

  private void settle(Discarded discarded, List<ObjectRef> dead) {
    discards++;
    for (Discarded.Part part = discarded.next(this::page);
        part != null;
        part = discarded.next(this::page)) {
      dead.addAll(map.settle(part));
    }
  }

  /** What is said to be dead is the volume's own, is there, and nobody needs it. */
  private void bury(ObjectRef dead) {
    assertThat(dead.volume()).isEqualTo(lineage.self);
    assertThat(needed()).as("objects that are needed").doesNotContain(dead);
    assertThat(data.remove(dead)).as("dead object %s", dead).isNotNull();
    deadObjects++;
  }

  /** What the image or the log names. */
  private Set<ObjectRef> needed() {
    Set<ObjectRef> needed = new HashSet<>();
    for (Extent.Source lies : source) {
      if (lies instanceof Extent.Source.InObject in) {
        needed.add(in.object());
      }
    }
    lineage.log.values().stream()
        .flatMap(List::stream)
        .forEach(extent -> {
          if (extent.source() instanceof Extent.Source.InObject in) {
            needed.add(in.object());
          }
        });
    return needed;
  }

  private Set<ObjectRef> unneeded() {
    Set<ObjectRef> unneeded = new HashSet<>(data.keySet());
    unneeded.removeAll(needed());
    unneeded.removeIf(
        ref -> !ref.volume().equals(lineage.self) || ref.kind() != ObjectRef.Kind.DATA);
    return unneeded;
  }

  /**
   * When the checkpoint covers all, nothing stays that nobody needs, but for what was lost in a
   * crash; and the sums are right.
   */
  private void checkSpace() {
    if (!map.space().complete()) {
      return;
    }
    assertThat(garbage).as("garbage").containsAll(unneeded());
    long live = 0;
    long ownLive = 0;
    for (Extent.Source lies : source) {
      if (lies instanceof Extent.Source.InObject in) {
        live++;
        ownLive += in.object().volume().equals(lineage.self) ? 1 : 0;
      }
    }
    long own =
        needed().stream()
            .filter(ref -> ref.volume().equals(lineage.self))
            .mapToLong(ObjectRef::blocks)
            .sum();
    assertThat(map.space().liveBlocks()).isEqualTo(live);
    assertThat(map.space().deadBlocks()).isEqualTo(own - ownLive);
    complete++;
  }

  /** Some more chunks are taken into the account. */
  private void count() {
    for (ObjectRef ref : map.pagesToCount(1 + random.nextInt(3))) {
      map.count(ref, page(ref)).forEach(this::bury);
    }
  }

  private void checkBytes(ObjectRef ref, Root root) {
    int bytes =
        ObjectFormat.decode(ObjectFormat.Kind.PAGE, ref.key(), stored(ref)).metadata().remaining();
    Page page = page(ref);
    assertThat(page.encodedBytes())
        .isBetween((long) bytes, bytes + 3L * page.objects.size() + 34L * volumes);
    if (page.size() > 1 && !root.deltas().contains(ref)) {
      assertThat(bytes).isLessThanOrEqualTo(limits.pageBytes());
    }
  }

  private ObjectRef mapRef() {
    return ObjectRef.map(lineage.self, 1 + slot / 50, slot, ++counter);
  }

  private void gather(CheckpointDraft made) {
    gatheredFrom = new HashMap<>();
    gatheredTo = new HashMap<>();
    List<Long> order = new ArrayList<>();
    long end = -1;
    for (Extent extent : made.toGather()) {
      assertThat(extent.range().first()).isGreaterThanOrEqualTo(end);
      end = extent.range().end();
      for (long block = extent.range().first(); block < end; block++) {
        order.add(block);
        gatheredFrom.put(block, extent.source().skip(block - extent.range().first()));
      }
    }
    List<Extent> moved = new ArrayList<>();
    int at = 0;
    while (at < order.size()) {
      int length = Math.min(order.size() - at, CHUNK + random.nextInt(2 * CHUNK));
      while (at + length < order.size()
          && order.get(at + length - 1) / CHUNK == order.get(at + length) / CHUNK) {
        length++;
      }
      List<Long> part = order.subList(at, at + length);
      ObjectRef segment = upload(part.stream().map(gatheredFrom::get).map(this::read).toList());
      for (int i = 0; i < length; i++) {
        Extent.Source lies = new Extent.Source.InObject(segment, i);
        gatheredTo.put(part.get(i), lies);
        moved.add(new Extent(new BlockRange(part.get(i), 1), lies, 0));
      }
      at += length;
    }
    List<ObjectRef> folded = made.toFold().stream().map(this::fold).toList();
    if (!moved.isEmpty() || !folded.isEmpty() || random.nextBoolean()) {
      made.gathered(moved, folded);
    }
    copied += moved.size();
    folds += folded.size();
  }

  private ObjectRef fold(Fold fold) {
    List<Long> contents = new ArrayList<>();
    ObjectRef object =
        ObjectRef.data(lineage.self, 1 + slot / 50, slot, 2 * ++counter, fold.blocks());
    for (Extent extent : fold.content()) {
      for (long i = 0; i < extent.range().count(); i++) {
        Extent.Source from = extent.source().skip(i);
        gatheredFrom.put(extent.range().first() + i, from);
        gatheredTo.put(
            extent.range().first() + i, new Extent.Source.InObject(object, contents.size()));
        contents.add(read(from));
      }
    }
    data.put(object, contents.stream().mapToLong(Long::longValue).toArray());
    return object;
  }

  /** A crash: root, deltas and the COMMITs since say the same as the map that was lost. */
  void reload() {
    draft = null;
    garbage.addAll(unneeded());
    map = load(lineage);
    map.limitPages(random.nextInt(8000));
  }

  private ChunkMap load(Lineage from) {
    ChunkMap loaded;
    ObjectRef rootRef = from.root;
    if (rootRef != null) {
      Root root = MapCodec.decodeRoot(rootRef, stored(rootRef));
      loaded =
          ChunkMap.of(
              from.self, rootRef, root, root.deltas().stream().map(this::page).toList(), limits);
    } else {
      Lineage parent = from.parent;
      loaded =
          parent == null
              ? ChunkMap.empty(from.self, CHUNK, limits)
              : load(parent).cloneAs(from.self);
    }
    from.log.forEach(loaded::apply);
    return loaded;
  }

  /** Goes on as a clone of itself, whose log begins at slot 1. */
  private void becomeClone() {
    garbage.addAll(unneeded());
    lineage = new Lineage(volume(++volumes), lineage);
    slot = 1;
    java.util.Arrays.fill(since, 0);
    cut = null;
    map = load(lineage);
  }
}
