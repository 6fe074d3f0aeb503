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
  private final Upkeep upkeep;
  private final UpkeepSearch search;

  private final PriorEntries prior;
  private final Set<ObjectRef> needed = new LinkedHashSet<>();
  private @Nullable CheckpointScope scope;
  private @Nullable ChunkPlans plans;
  private @Nullable List<Extent> toGather;
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
      long countedTo,
      Upkeep upkeep) {
    this.self = self;
    this.limits = limits;
    this.keepBytes = keepBytes;
    this.before = before;
    this.covers = covers;
    this.sizeBytes = sizeBytes;
    this.runs = runs;
    this.cached = cached;
    this.countedTo = countedTo;
    this.upkeep = upkeep;
    this.search = new UpkeepSearch(self, before, upkeep);
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
    for (int i = 0; i < page.size(); i++) {
      if (known.touches(page.chunk(i)) || search.found().contains(page.chunk(i))) {
        page.copyTo(part, i);
      }
    }
    return part.build();
  }

  /**
   * Begins to look for chunks that upkeep should write anew though the tail does not touch them:
   * from chunk {@code first} up to {@code end}.
   */
  public void searchBetween(long first, long end) {
    search.between(first, end);
    if (!search.isOver() && search.nextPage() < 0) {
      search.look(List.of(), scope());
    }
  }

  /** The page to {@link #search} next; empty: that was all, or the budget is used up. */
  public Optional<ObjectRef> nextToSearch() {
    return search.isOver()
        ? Optional.empty()
        : Optional.of(before.root().pages().get(search.nextPage()).page());
  }

  /** Looks through a page; before {@link #toGather}. */
  public void search(ObjectRef ref, Page page) {
    if (!nextToSearch().equals(Optional.of(ref)) || plans != null) {
      throw new IllegalStateException(ref.key() + " is not the next page to search");
    }
    if (!search.look(List.of(page), scope()).isEmpty() || needed.contains(ref)) {
      needed.remove(ref);
      prior.load(ref, touchedOnly(page, scope()));
    }
  }

  /** All chunks below were searched. */
  public long searchedTo() {
    return search.at();
  }

  /**
   * The runs to copy into segments of DATA, sorted by image block, disjoint: what lies inline in
   * COMMITs, and what is merged. Segments take them in this order, what is of one chunk lies
   * together in one segment. May be empty.
   */
  public List<Extent> toGather() {
    List<Extent> known = toGather;
    if (known == null) {
      known = plans().toGather();
      toGather = known;
    }
    return known;
  }

  /** The chunks to copy into objects of their own. May be empty. */
  public List<Fold> toFold() {
    return plans().toFold();
  }

  private ChunkPlans plans() {
    ChunkPlans known = plans;
    if (known == null) {
      CheckpointScope all = scope();
      if (!needed.isEmpty()) {
        throw new IllegalStateException(needed.size() + " pages are not installed");
      }
      all.add(search.found());
      int chunkBlocks = before.root().chunkBlocks();
      RewriteChoice choice = new RewriteChoice(self, upkeep, search.found());
      known = new ChunkPlans(all, chunkBlocks, runs, prior, upkeep.emptied(), choice);
      plans = known;
    }
    return known;
  }

  /**
   * Where the blocks of {@link #toGather} lie now: exactly those blocks, in the same order; and
   * where the chunks of {@link #toFold} lie. Need not be called if there are none.
   */
  public void gathered(List<Extent> moved, List<ObjectRef> folded) {
    relocations = Relocations.of(toGather(), moved, before.root().chunkBlocks());
    plans().folded(folded);
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
    if (relocations == null && !(toGather().isEmpty() && toFold().isEmpty())) {
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
    for (int i = 0; i < known.touched().size(); i++) {
      Touched chunks = known.touched().get(i);
      if (chunks.isSpan()) {
        prior
            .chunks(chunks.first(), chunks.end())
            .forEach(chunk -> delta.add(new ChunkEntry(chunk, null, List.of())));
        continue;
      }
      ChunkEntry entry = plans().entry(i, moved);
      if (!entry.isZeros() || before.mayHold(entry.chunk())) {
        delta.add(entry);
      }
    }
    return delta.build();
  }

  private SpaceChange change(CheckpointScope known, Page delta) {
    SpaceChange made = new SpaceChange(self, before.root().chunkBlocks(), countedTo);
    for (Touched chunks : known.touched()) {
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
    List<Touched> spans = scope().touched().stream().filter(Touched::isSpan).toList();
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
