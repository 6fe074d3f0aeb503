package io.s3shard.map;

import io.s3shard.error.Damaged;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The chunk map of an open volume: the pages of its last checkpoint, and above them the tail index
 * of the COMMITs since. Not thread-safe: its user's lock guards it.
 */
public final class ChunkMap {
  private final VolumeId self;
  private final MapLimits limits;
  private final int chunkBlocks;
  private final TailIndex tail;
  private final PageCache pages;
  private final SpaceAccount space = new SpaceAccount();
  // Own data objects that COMMITs after the checkpoint brought, with their slot.
  private final Map<ObjectRef, Long> young = new HashMap<>();
  private Checkpointed checkpoint;
  // The references of the checkpoint, to ask only.
  private Set<ObjectRef> used;
  // Slots of the volume's own log; 0 while the checkpoint is another volume's.
  private long covers;
  private long lastSlot;
  private long lastRebase;
  private long rebaseFloor;

  private ChunkMap(
      VolumeId self, MapLimits limits, Checkpointed checkpoint, TailIndex tail, long covers) {
    this.self = self;
    this.limits = limits;
    this.chunkBlocks = checkpoint.root().chunkBlocks();
    this.tail = tail;
    this.pages = new PageCache(limits.keptPages());
    this.checkpoint = checkpoint;
    this.used = new HashSet<>(checkpoint.objects());
    this.covers = covers;
    this.lastSlot = covers;
    this.rebaseFloor = covers;
    if (checkpoint.root().pages().isEmpty()) {
      List<ObjectRef> _ = count(Long.MAX_VALUE, null);
    }
  }

  /** The map of a volume that has no checkpoint. {@code chunkBlocks}: blocks in a chunk. */
  public static ChunkMap empty(VolumeId self, int chunkBlocks) {
    return empty(self, chunkBlocks, MapLimits.STANDARD);
  }

  static ChunkMap empty(VolumeId self, int chunkBlocks, MapLimits limits) {
    return new ChunkMap(self, limits, Checkpointed.none(chunkBlocks), new TailIndex(), 0);
  }

  /**
   * The map at a checkpoint; the COMMITs after {@code root.covers()} are to be applied. {@code
   * deltas}: oldest first.
   */
  public static ChunkMap of(VolumeId self, ObjectRef rootRef, Root root, List<Page> deltas) {
    return of(self, rootRef, root, deltas, MapLimits.STANDARD);
  }

  static ChunkMap of(
      VolumeId self, ObjectRef rootRef, Root root, List<Page> deltas, MapLimits limits) {
    Checkpointed checkpoint = new Checkpointed(Optional.of(rootRef), root, deltas);
    return new ChunkMap(self, limits, checkpoint, new TailIndex(), root.covers());
  }

  /**
   * The map with which a clone of this state begins: everything is older than slot 1 of the clone's
   * log. Load the source's map at the cloned position, then call this, then apply the clone's own
   * COMMITs. Of no use once the clone has its own checkpoint.
   */
  public ChunkMap cloneAs(VolumeId clone) {
    return new ChunkMap(clone, limits, checkpoint, tail.copyAt(0), 0);
  }

  /**
   * How many bytes of memory pages may take from now on; the least recently used go first. Deltas
   * and tail come on top.
   */
  public void limitPages(long bytes) {
    pages.limit(bytes);
  }

  /**
   * Takes in the extents of the COMMIT in {@code slot}. Slots rise.
   *
   * @throws Damaged if a rebase reaches back behind {@link #rebaseFloor}
   */
  public void apply(long slot, List<Extent> extents) {
    if (slot <= lastSlot) {
      throw new IllegalArgumentException("COMMIT " + slot + " after " + lastSlot);
    }
    for (Extent extent : extents) {
      if (extent.upTo() != 0 && (extent.upTo() < rebaseFloor || extent.upTo() >= slot)) {
        throw new Damaged(
            "object "
                + Layout.log(self, slot)
                + " is damaged: it replaces what was written up to slot "
                + extent.upTo()
                + ", the checkpoint covers "
                + rebaseFloor);
      }
    }
    for (Extent extent : extents) {
      tail.apply(slot, extent);
      noteYoung(slot, extent.source());
      lastRebase = extent.upTo() != 0 ? slot : lastRebase;
    }
    lastSlot = slot;
  }

  private void noteYoung(long slot, Extent.Source source) {
    if (source instanceof Extent.Source.InObject in
        && in.object().kind() == ObjectRef.Kind.DATA
        && in.object().volume().equals(self)) {
      young.putIfAbsent(in.object(), slot);
    }
  }

  /**
   * A rebase must say at least this slot in {@code upTo}: below the slot that a checkpoint covers,
   * also one that is being made, nobody knows any more what is younger than what. One that says
   * less must not be appended.
   */
  public long rebaseFloor() {
    return rebaseFloor;
  }

  /** Where the blocks of {@code range} lie. What was never written is zeros. */
  public Lookup lookup(BlockRange range) {
    Pieces found = new Pieces();
    Set<ObjectRef> missing = new LinkedHashSet<>();
    long at = range.first();
    while (at < range.end()) {
      TailIndex.Run run = tail.from(at);
      if (run == null || run.first() > at) {
        long end = run == null ? range.end() : Math.min(range.end(), run.first());
        lookBelow(at, end, found, missing);
        at = end;
      } else {
        long end = Math.min(range.end(), run.end());
        found.add(at, end, run.sourceAt(at));
        at = end;
      }
    }
    return missing.isEmpty()
        ? new Lookup.Found(found.take())
        : new Lookup.PagesMissing(List.copyOf(missing));
  }

  /** The same for blocks that the tail says nothing about. */
  private void lookBelow(long first, long end, Pieces found, Set<ObjectRef> missing) {
    long at = first;
    while (at < end) {
      long chunk = at / chunkBlocks;
      long chunkEnd = Math.min(end, (chunk + 1) * chunkBlocks);
      int delta = checkpoint.newestDelta(chunk);
      int index = checkpoint.pageIndex(chunk);
      if (delta >= 0) {
        collect(checkpoint.deltas().get(delta), chunk, at, chunkEnd, found);
      } else if (index < 0) {
        found.add(at, chunkEnd, Extent.Source.ZEROS);
      } else {
        ObjectRef ref = checkpoint.root().pages().get(index).page();
        Page page = pages.get(ref);
        if (page == null) {
          missing.add(ref);
        } else if (missing.isEmpty()) {
          collect(page, chunk, at, chunkEnd, found);
        }
      }
      at = chunkEnd;
    }
  }

  private void collect(Page page, long chunk, long first, long end, Pieces found) {
    int index = page.indexOf(chunk);
    long origin = chunk * chunkBlocks;
    if (index < 0) {
      found.add(first, end, Extent.Source.ZEROS);
    } else {
      page.collect(index, origin, (int) (first - origin), (int) (end - origin), found);
    }
  }

  /**
   * Takes in a page that {@link #lookup} missed. One that the present checkpoint does not use is
   * ignored.
   */
  public void install(ObjectRef ref, Page page) {
    if (used.contains(ref)) {
      pages.put(ref, page);
    }
  }

  /** The root of the last checkpoint. */
  public Optional<ObjectRef> root() {
    return checkpoint.rootRef();
  }

  /**
   * The last slot of the volume's own log that the checkpoint covers; 0: it has none of its own.
   */
  public long covers() {
    return covers;
  }

  /**
   * What the present checkpoint consists of: root, pages, deltas. In a clone some are another
   * volume's.
   */
  public List<ObjectRef> liveMapObjects() {
    return checkpoint.objects();
  }

  /** How many runs the tail index has. */
  public int tailExtents() {
    return tail.size();
  }

  /** An estimate of the memory that the tail index takes. */
  public long tailBytes() {
    return tail.memoryBytes();
  }

  /** An estimate of the memory that the account of what is live takes. */
  public long spaceBytes() {
    return space.memoryBytes();
  }

  /** An estimate of the memory that loaded pages and the deltas take. */
  public long pageBytes() {
    return pages.memoryBytes() + checkpoint.deltas().stream().mapToLong(Page::memoryBytes).sum();
  }

  /**
   * A snapshot from which a checkpoint is made outside the lock. {@code upTo}: the last slot that
   * was applied, or a later one that holds a control record; {@code sizeBytes}: the image's size
   * there. One that is never finished leaves nothing behind but a higher {@link #rebaseFloor}.
   */
  public CheckpointDraft beginCheckpoint(long upTo, long sizeBytes, Upkeep upkeep) {
    if (upTo < covers || upTo < lastRebase) {
      throw new IllegalArgumentException(
          "a checkpoint at " + upTo + " after one at " + covers + " and a rebase at " + lastRebase);
    }
    rebaseFloor = Math.max(rebaseFloor, upTo);
    return new CheckpointDraft(
        self,
        limits,
        pages.limitBytes(),
        checkpoint,
        upTo,
        sizeBytes,
        tail.upTo(upTo),
        pages.snapshot(),
        space.countedTo(),
        upkeep);
  }

  /**
   * Goes over to the checkpoint, once the COMMIT that names it is in the log. What was applied
   * since it began stays. Returns the volume's own data objects that are dead by that COMMIT, as
   * far as it is known; {@link CheckpointDraft#discarded} may hold more.
   */
  public List<ObjectRef> finishCheckpoint(CheckpointDraft draft) {
    if (!draft.before().rootRef().equals(checkpoint.rootRef())) {
      throw new IllegalStateException(
          "the checkpoint at " + draft.covers() + " was begun on an older one");
    }
    if (draft.change().countedTo() != space.countedTo()) {
      throw new IllegalStateException("chunks were counted while a checkpoint was made");
    }
    checkpoint = draft.after();
    used = new HashSet<>(checkpoint.objects());
    covers = draft.covers();
    tail.forget(covers);
    pages.retain(used);
    draft.pagesKept().forEach(pages::put);
    List<ObjectRef> dead = new ArrayList<>(space.apply(draft.change()));
    young.forEach((object, slot) -> {
      if (slot <= covers && !draft.change().named.contains(object)) {
        dead.add(object);
      }
    });
    young.values().removeIf(slot -> slot <= covers);
    if (checkpoint.root().pages().isEmpty() && !space.isComplete()) {
      dead.addAll(count(Long.MAX_VALUE, null));
    }
    return dead;
  }

  /** What was dropped without being loaded, page by page. Returns what is dead by that. */
  public List<ObjectRef> settle(Discarded.Part part) {
    return space.apply(part.change());
  }

  /** How much the map uses of what lies in the bucket. */
  public Space space() {
    return space.space();
  }

  /** See {@link SpaceAccount#foldDeadShare}. */
  public double foldDeadShare(long allowedDeadBlocks) {
    return space.foldDeadShare(allowedDeadBlocks);
  }

  /**
   * The segments with the smallest live share, so that no more than {@code allowedDeadBlocks} in
   * segments stay dead; without those of which a pin up to {@code pinnedUpTo} may need a block.
   * None before all chunks have been counted.
   */
  public Emptying sparsestSegments(long pinnedUpTo, long allowedDeadBlocks) {
    return space.isComplete() ? space.sparsest(pinnedUpTo, allowedDeadBlocks) : Emptying.NONE;
  }

  /**
   * The smaller half of the segments, if there are far too many: {@code fullBlocks} is the size
   * that they should have. None before all chunks have been counted.
   */
  public Emptying smallestSegments(long pinnedUpTo, int fullBlocks) {
    return space.isComplete() ? space.smallest(pinnedUpTo, fullBlocks) : Emptying.NONE;
  }

  /**
   * The next pages to {@link #count}, at most {@code most}; none if all chunks have been counted.
   */
  public List<ObjectRef> pagesToCount(int most) {
    if (space.isComplete()) {
      return List.of();
    }
    List<PageRef> all = checkpoint.root().pages();
    int next = Math.max(0, checkpoint.pageIndex(space.countedTo()));
    return all.subList(next, Math.min(all.size(), next + most)).stream()
        .map(PageRef::page)
        .toList();
  }

  /**
   * Takes the chunks of the first of {@link #pagesToCount} into the account; not while a checkpoint
   * is being made. Returns what is known to be dead.
   */
  public List<ObjectRef> count(ObjectRef ref, Page page) {
    int index = Math.max(0, checkpoint.pageIndex(space.countedTo()));
    if (space.isComplete() || !checkpoint.root().pages().get(index).page().equals(ref)) {
      throw new IllegalArgumentException(ref.key() + " is not the next page to count");
    }
    return count(checkpoint.pageEnd(index), page);
  }

  private List<ObjectRef> count(long end, @Nullable Page page) {
    List<Page> layers = new ArrayList<>(checkpoint.deltas().reversed());
    if (page != null) {
      layers.add(page);
    }
    SpaceChange change = new SpaceChange(self, chunkBlocks, Long.MAX_VALUE);
    MergedEntries entries = new MergedEntries(layers, space.countedTo(), end);
    while (entries.next()) {
      change.replace(
          entries.page().chunk(entries.index()),
          SpaceChange.Entry.NONE,
          new SpaceChange.Entry(entries.page(), entries.index()));
    }
    List<ObjectRef> dead = new ArrayList<>(space.apply(change));
    dead.addAll(space.countedTo(end));
    return dead;
  }
}
