package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in the making; independent of its {@link ChunkMap}, for one thread. In this order:
 * load {@link #pagesNeeded} and {@link #install} each; upload {@link #toGather} in segments and say
 * where the blocks lie now ({@link #gathered}); {@link #encode}, which uploads; append the COMMIT
 * that names {@link #rootRef}; {@link ChunkMap#finishCheckpoint}; delete {@link #superseded}. It
 * takes the memory of the tail and of the entries that this touches, and of a few pages.
 */
public final class CheckpointDraft {
  private final VolumeId self;
  private final MapLimits limits;
  private final long keepBytes;
  private final Checkpointed before;
  private final long covers;
  private final long sizeBytes;
  private final List<TailIndex.Run> runs;
  private final Map<ObjectRef, Page> cached;
  private final long countedTo;

  private final PriorEntries prior;
  private final Set<ObjectRef> needed = new LinkedHashSet<>();
  private @Nullable CheckpointScope scope;
  private @Nullable List<Extent> toGather;
  private final List<@Nullable Base> planned = new ArrayList<>();
  private @Nullable Relocations relocations;
  private @Nullable Checkpointed after;
  private @Nullable SpaceChange change;
  private Map<ObjectRef, Page> pagesKept = Map.of();

  /**
   * {@code runs}: the tail up to {@code covers}. {@code cached}: pages that happen to be loaded.
   * {@code countedTo}: the chunks below are in the account of space.
   */
  CheckpointDraft(
      VolumeId self,
      MapLimits limits,
      long keepBytes,
      Checkpointed before,
      long covers,
      long sizeBytes,
      List<TailIndex.Run> runs,
      Map<ObjectRef, Page> cached,
      long countedTo) {
    this.self = self;
    this.limits = limits;
    this.keepBytes = keepBytes;
    this.before = before;
    this.covers = covers;
    this.sizeBytes = sizeBytes;
    this.runs = runs;
    this.cached = cached;
    this.countedTo = countedTo;
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
      prior.load(ref, touchedOnly(page, known));
    }
  }

  private CheckpointScope scope() {
    CheckpointScope known = scope;
    if (known == null) {
      known = new CheckpointScope(before, runs);
      scope = known;
      known.required().stream()
          .forEach(index -> needed.add(before.root().pages().get(index).page()));
      cached.forEach(this::install);
      cached.clear();
    }
    return known;
  }

  /**
   * A small part of a page as a rule, so that a checkpoint of scattered writes does not hold the
   * whole map.
   */
  private Page touchedOnly(Page page, CheckpointScope known) {
    PageBuilder part = new PageBuilder(before.root().chunkBlocks());
    for (Touched chunks : known.touched) {
      for (int i = page.ceiling(chunks.first());
          i < page.size() && page.chunk(i) < chunks.end();
          i++) {
        page.copyTo(part, i);
      }
    }
    return part.build();
  }

  /**
   * The runs to copy into segments of DATA, sorted by image block, disjoint: what lies inline in
   * COMMITs, and the small groups of chunks that would have too many. Segments take them in this
   * order, and are not shorter than a chunk but for the last. May be empty; then {@link #gathered}
   * need not be called.
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
      plan.gather()
          .forEach(piece -> gather.add(piece.range().first(), piece.range().end(), piece.source()));
    }
    return gather.take().stream()
        .map(piece -> new Extent(piece.range(), piece.source(), 0))
        .toList();
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

  /**
   * Encodes the objects of the checkpoint and hands them to {@code upload}, some at a time; they
   * must be in the bucket before the COMMIT. If {@code pages} or {@code upload} throws, so does
   * this, and the draft is of no more use.
   */
  public void encode(MapNames names, PageSource pages, Consumer<List<EncodedObject>> upload) {
    if (after != null) {
      throw new IllegalStateException("the checkpoint at " + covers + " is encoded already");
    }
    if (relocations == null && !toGather().isEmpty()) {
      throw new IllegalStateException("nothing was gathered");
    }
    MapUpload out = new MapUpload(names, upload, keepBytes);
    Page delta = delta(scope(), relocations == null ? Relocations.NONE : relocations);
    change = change(scope(), delta);
    List<Page> deltas = new ArrayList<>();
    List<ObjectRef> deltaRefs = new ArrayList<>();
    List<PageRef> pageRefs = before.root().pages();
    if (scope().rewrites(delta, limits)) {
      pageRefs = new PageRewrite(before, scope(), delta, pages).write(limits, out);
    } else {
      deltas.addAll(before.deltas());
      deltaRefs.addAll(before.root().deltas());
      if (delta.size() > 0) {
        deltas.add(delta);
        deltaRefs.add(out.delta(delta));
      }
    }
    Root root = new Root(covers, before.root().chunkBlocks(), sizeBytes, pageRefs, deltaRefs);
    after = new Checkpointed(Optional.of(out.root(root)), root, deltas);
    pagesKept = out.kept();
  }

  /** The entries of the chunks that the tail touched. */
  private Page delta(CheckpointScope known, Relocations moved) {
    PageBuilder delta = new PageBuilder(before.root().chunkBlocks());
    for (int i = 0; i < known.touched.size(); i++) {
      Touched chunks = known.touched.get(i);
      if (chunks.isSpan()) {
        prior
            .chunks(chunks.first(), chunks.end())
            .forEach(chunk -> delta.add(new ChunkEntry(chunk, null, List.of())));
        continue;
      }
      ChunkEntry entry = shape(chunks, moved.relocate(content(chunks))).entry(planned.get(i));
      if (!entry.isZeros() || before.mayHold(entry.chunk())) {
        delta.add(entry);
      }
    }
    return delta.build();
  }

  private SpaceChange change(CheckpointScope known, Page delta) {
    SpaceChange made = new SpaceChange(self, before.root().chunkBlocks(), countedTo);
    for (Touched chunks : known.touched) {
      if (!chunks.isSpan()) {
        long chunk = chunks.first();
        made.replace(chunk, prior.entry(chunk), SpaceChange.Entry.of(delta, chunk));
      }
    }
    return made;
  }

  /** The root's name, after {@link #encode}. */
  public ObjectRef rootRef() {
    return after().rootRef().orElseThrow();
  }

  /**
   * The volume's own map objects of the previous checkpoint that this one does not use, after
   * {@link #encode}.
   */
  public List<ObjectRef> superseded() {
    Set<ObjectRef> used = new HashSet<>(after().objects());
    return before.objects().stream()
        .filter(ref -> ref.volume().equals(self) && !used.contains(ref))
        .toList();
  }

  /** What is left to look at after {@link ChunkMap#finishCheckpoint}, if anything is. */
  public Optional<Discarded> discarded() {
    List<Touched> spans = scope().touched.stream().filter(Touched::isSpan).toList();
    return spans.isEmpty()
        ? Optional.empty()
        : Optional.of(new Discarded(self, before, spans, countedTo));
  }

  SpaceChange change() {
    return Objects.requireNonNull(change, "not encoded yet");
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

  /** Some of the pages that it wrote: just as if they had been loaded. */
  Map<ObjectRef, Page> pagesKept() {
    return pagesKept;
  }
}
