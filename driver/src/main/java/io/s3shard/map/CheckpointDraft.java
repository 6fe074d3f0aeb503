package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in the making; independent of its {@link ChunkMap}, for one thread. In this order: load {@link #pagesNeeded} and
 * {@link #install} each; upload {@link #toGather} in segments and say where the blocks lie now ({@link #gathered}); {@link
 * #encode} and upload; append the COMMIT that names {@link #rootRef}; {@link ChunkMap#finishCheckpoint}; delete {@link
 * #superseded}.
 */
public final class CheckpointDraft {
  private final VolumeId self;
  private final MapLimits limits;
  private final Checkpointed before;
  private final long covers;
  private final long sizeBytes;
  private final List<TailIndex.Run> runs;
  private final Map<ObjectRef, Page> cached;

  private final PriorEntries prior;
  private final Set<ObjectRef> needed = new LinkedHashSet<>();
  private @Nullable CheckpointScope scope;
  private @Nullable List<Extent> toGather;
  private final List<@Nullable Base> planned = new ArrayList<>();
  private @Nullable Relocations relocations;
  private @Nullable Checkpointed after;
  private final Map<ObjectRef, Page> pagesWritten = new LinkedHashMap<>();

  /** {@code runs}: the tail up to {@code covers}. {@code cached}: pages that happen to be loaded. */
  CheckpointDraft(
      VolumeId self,
      MapLimits limits,
      Checkpointed before,
      long covers,
      long sizeBytes,
      List<TailIndex.Run> runs,
      Map<ObjectRef, Page> cached) {
    this.self = self;
    this.limits = limits;
    this.before = before;
    this.covers = covers;
    this.sizeBytes = sizeBytes;
    this.runs = runs;
    this.cached = cached;
    this.prior = new PriorEntries(before);
  }

  /** The last slot that it covers. */
  public long covers() {
    return covers;
  }

  /** The pages that are still to be installed. */
  public List<ObjectRef> pagesNeeded() {
    scope();
    return List.copyOf(needed);
  }

  /** One that is not needed is ignored. */
  public void install(ObjectRef ref, Page page) {
    CheckpointScope known = scope();
    if (needed.remove(ref)) {
      prior.load(ref, known.rewrite ? page : touchedOnly(page, known));
    }
  }

  private CheckpointScope scope() {
    CheckpointScope known = scope;
    if (known == null) {
      known = new CheckpointScope(before, runs, limits);
      scope = known;
      known.required().stream().forEach(index -> needed.add(before.root().pages().get(index).page()));
      cached.forEach(this::install);
      cached.clear();
    }
    return known;
  }

  /** What a delta needs of a page: a small part of it, so that a checkpoint of scattered writes does not hold the whole map. */
  private Page touchedOnly(Page page, CheckpointScope known) {
    PageBuilder part = new PageBuilder(before.root().chunkBlocks());
    for (Touched chunks : known.touched) {
      for (int i = page.ceiling(chunks.first()); i < page.size() && page.chunk(i) < chunks.end(); i++) {
        page.copyTo(part, i);
      }
    }
    return part.build();
  }

  /**
   * The runs to copy into segments of DATA, sorted by image block, disjoint: what lies inline in COMMITs, and all overlay of
   * chunks that would have too many groups. Segments take them in this order, and are not shorter than a chunk but for the
   * last. May be empty; then {@link #gathered} need not be called.
   */
  public List<Extent> toGather() {
    List<Extent> known = toGather;
    if (known == null) {
      known = plan(scope());
      toGather = known;
    }
    return known;
  }

  private List<Extent> plan(CheckpointScope known) {
    if (!needed.isEmpty()) {
      throw new IllegalStateException(needed.size() + " pages are not installed");
    }
    Pieces gather = new Pieces();
    for (Touched chunks : known.touched) {
      if (chunks.isSpan()) {
        planned.add(null);
        continue;
      }
      Base base = known.isCovered(chunks) ? null : prior.base(chunks.first());
      EntryShape.Plan plan = shape(chunks, content(chunks)).plan(base);
      planned.add(plan.base());
      plan.gather().forEach(piece -> gather.add(piece.range().first(), piece.range().end(), piece.source()));
    }
    return gather.take().stream().map(piece -> new Extent(piece.range(), piece.source(), 0)).toList();
  }

  private EntryShape shape(Touched chunk, List<Piece> content) {
    return new EntryShape(chunk.first(), before.root().chunkBlocks(), content);
  }

  /** A chunk as the tail leaves it. */
  private List<Piece> content(Touched chunk) {
    Pieces content = new Pieces();
    long at = chunk.first() * before.root().chunkBlocks();
    long end = at + before.root().chunkBlocks();
    for (TailIndex.Run run : runs.subList(chunk.from(), chunk.to())) {
      if (run.first() > at) {
        prior.collect(chunk.first(), at, run.first(), content);
        at = run.first();
      }
      long to = Math.min(end, run.end());
      content.add(at, to, run.sourceAt(at));
      at = to;
    }
    if (at < end) {
      prior.collect(chunk.first(), at, end, content);
    }
    return content.take();
  }

  /** Where the blocks of {@link #toGather} lie now: exactly those blocks, in the same order. */
  public void gathered(List<Extent> moved) {
    relocations = Relocations.of(toGather(), moved);
  }

  /** The objects to upload before the COMMIT, the root last. Once. */
  public List<EncodedObject> encode(MapNames names) {
    if (after != null) {
      throw new IllegalStateException("the checkpoint at " + covers + " is encoded already");
    }
    if (relocations == null && !toGather().isEmpty()) {
      throw new IllegalStateException("nothing was gathered");
    }
    Page delta = delta(scope(), relocations == null ? Relocations.NONE : relocations);
    List<EncodedObject> objects = new ArrayList<>();
    Root root = scope().rewrite ? rewrite(delta, names, objects) : appendDelta(delta, names, objects);
    ObjectRef rootRef = names.next();
    objects.add(new EncodedObject(rootRef, MapCodec.encodeRoot(rootRef, root)));
    List<Page> deltas = new ArrayList<>(before.deltas());
    if (root.deltas().isEmpty()) {
      deltas.clear();
    } else if (root.deltas().size() > deltas.size()) {
      deltas.add(delta);
    }
    after = new Checkpointed(Optional.of(rootRef), root, deltas);
    return objects;
  }

  /** The entries of the chunks that the tail touched. */
  private Page delta(CheckpointScope known, Relocations moved) {
    PageBuilder delta = new PageBuilder(before.root().chunkBlocks());
    for (int i = 0; i < known.touched.size(); i++) {
      Touched chunks = known.touched.get(i);
      if (chunks.isSpan()) {
        prior.chunks(chunks.first(), chunks.end()).forEach(chunk -> delta.add(new ChunkEntry(chunk, null, List.of())));
        continue;
      }
      ChunkEntry entry = shape(chunks, moved.relocate(content(chunks))).entry(planned.get(i));
      if (!entry.isZeros() || before.mayHold(entry.chunk())) {
        delta.add(entry);
      }
    }
    return delta.build();
  }

  private Root appendDelta(Page delta, MapNames names, List<EncodedObject> objects) {
    List<ObjectRef> deltas = new ArrayList<>(before.root().deltas());
    if (delta.size() > 0) {
      ObjectRef ref = names.next();
      objects.add(new EncodedObject(ref, MapCodec.encodePage(ref, delta)));
      deltas.add(ref);
    }
    return new Root(covers, before.root().chunkBlocks(), sizeBytes, before.root().pages(), deltas);
  }

  /** Writes the pages that change anew, neighbours together, with all that the deltas say. */
  private Root rewrite(Page delta, MapNames names, List<EncodedObject> objects) {
    List<PageRef> old = before.root().pages();
    List<PageRef> pages = new ArrayList<>();
    int index = 0;
    do {
      if (!old.isEmpty() && !scope().dirty.get(index)) {
        pages.add(old.get(index++));
        continue;
      }
      PageSplitter splitter = new PageSplitter(before.root().chunkBlocks(), limits.pageBytes());
      do {
        merge(delta, index, splitter);
        index++;
      } while (index < old.size() && scope().dirty.get(index));
      for (Page page : splitter.finish()) {
        ObjectRef ref = names.next();
        objects.add(new EncodedObject(ref, MapCodec.encodePage(ref, page)));
        pages.add(new PageRef(page.chunk(0), ref));
        pagesWritten.put(ref, page);
      }
    } while (index < old.size());
    return new Root(covers, before.root().chunkBlocks(), sizeBytes, pages, List.of());
  }

  /** The entries of what is page {@code index}'s, the first also of all before it. */
  private void merge(Page delta, int index, PageSplitter into) {
    List<Page> layers = new ArrayList<>();
    layers.add(delta);
    layers.addAll(before.deltas().reversed());
    Page page = index < before.root().pages().size() ? prior.page(index) : null;
    if (page != null) {
      layers.add(page);
    }
    long from = index == 0 ? 0 : before.root().pages().get(index).firstChunk();
    MergedEntries entries = new MergedEntries(layers, from, before.pageEnd(index));
    while (entries.next()) {
      into.add(entries.page(), entries.index());
    }
  }

  /** The root's name, after {@link #encode}. */
  public ObjectRef rootRef() {
    return after().rootRef().orElseThrow();
  }

  /** The volume's own map objects of the previous checkpoint that this one does not use, after {@link #encode}. */
  public List<ObjectRef> superseded() {
    Set<ObjectRef> used = new HashSet<>(after().objects());
    return before.objects().stream().filter(ref -> ref.volume().equals(self) && !used.contains(ref)).toList();
  }

  Checkpointed before() {
    return before;
  }

  Checkpointed after() {
    if (after == null) {
      throw new IllegalStateException("the checkpoint at " + covers + " is not encoded yet");
    }
    return after;
  }

  /** The pages that it wrote: just as if they had been loaded. */
  Map<ObjectRef, Page> pagesWritten() {
    return pagesWritten;
  }
}
