package io.s3shard.image;

import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.log.Checkpoint;
import io.s3shard.map.CheckpointDraft;
import io.s3shard.map.ChunkMap;
import io.s3shard.map.EncodedObject;
import io.s3shard.map.Page;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Makes a checkpoint: counts some more of what is live, loads the pages that it needs, copies what
 * must move and what upkeep wants moved, uploads pages and root. One at a time.
 */
final class CheckpointMaker {
  /** So many pages are counted with each checkpoint, until all are. */
  static final int PAGES_COUNTED = 16;

  /** How others look at it while it is being made. */
  interface Circumstances {
    /** Whether upkeep must not be slowed down. */
    boolean isUrgent();

    /** Whether a plan that can be given up is. */
    boolean isStopping();
  }

  private final ImageParts parts;
  private final Uploader uploader;
  private final UncoveredCommits uncovered;
  private final Upkeeper upkeeper;
  private final Collector collector;
  private final CopyMeter meter = new CopyMeter();

  CheckpointMaker(
      ImageParts parts,
      Uploader uploader,
      UncoveredCommits uncovered,
      Upkeeper upkeeper,
      Collector collector) {
    this.parts = parts;
    this.uploader = uploader;
    this.uncovered = uncovered;
    this.upkeeper = upkeeper;
    this.collector = collector;
  }

  CopyMeter meter() {
    return meter;
  }

  /** Takes some more chunks into the account of what is live; true: all are in it. */
  boolean count() {
    List<ObjectKey> dead = countSome();
    long slot;
    boolean complete;
    synchronized (parts.lock()) {
      slot = uncovered.tail();
      complete = parts.committed().map().space().complete();
    }
    if (!dead.isEmpty()) {
      collector.collect(new Collector.Death(slot, dead, Optional.empty(), List.of()));
    }
    return complete;
  }

  /** Returns what turns out dead. */
  private List<ObjectKey> countSome() {
    ChunkMap map = parts.committed().map();
    List<ObjectRef> next;
    synchronized (parts.lock()) {
      next = map.pagesToCount(PAGES_COUNTED);
    }
    Map<ObjectRef, Page> pages = new HashMap<>();
    parts.committed().load(next, Purpose.BACKGROUND, pages::putAll);
    List<ObjectKey> dead = new ArrayList<>();
    for (ObjectRef ref : next) {
      Page page = Objects.requireNonNull(pages.get(ref));
      synchronized (parts.lock()) {
        map.count(ref, page).forEach(object -> dead.add(object.key()));
      }
    }
    return dead;
  }

  /**
   * Makes one of all COMMITs until now.
   *
   * @param wanted asked for once what is live has been counted
   * @param uploaded gets the key of everything that is uploaded, before it is
   * @throws CancellationException if it was given up
   */
  Checkpointer.Ready make(
      Supplier<UpkeepPlan> wanted, List<ObjectKey> uploaded, Circumstances circumstances) {
    boolean _ = count();
    UpkeepPlan plan = wanted.get();
    CheckpointDraft draft;
    synchronized (parts.lock()) {
      draft =
          parts
              .committed()
              .map()
              .beginCheckpoint(uncovered.tail(), uncovered.sizeBytes(), plan.upkeep());
    }
    finish(draft, plan, uploaded, circumstances);
    upkeeper.searched(draft.searchedTo());
    return new Checkpointer.Ready(new Checkpoint(draft.rootRef(), draft.covers()), draft);
  }

  private void finish(
      CheckpointDraft draft,
      UpkeepPlan plan,
      List<ObjectKey> uploaded,
      Circumstances circumstances) {
    search(draft, plan);
    install(draft);
    long[] free = {inlineBytes(draft.toGather())};
    Gather gather =
        new Gather(
            parts,
            uploader,
            uploaded,
            meter,
            bytes -> {
              if (plan.canBeGivenUp() && circumstances.isStopping()) {
                throw new CancellationException("upkeep was given up");
              }
              long paced = Math.max(0, bytes - free[0]);
              free[0] = Math.max(0, free[0] - bytes);
              parts.quotas().pace().copied(paced, circumstances::isUrgent);
            });
    List<Extent> moved = gather.move(draft.toGather());
    draft.gathered(moved, gather.fold(draft.toFold()));
    draft.encode(
        parts.names(),
        ref -> parts.committed().page(ref, Purpose.BACKGROUND),
        objects -> upload(objects, uploaded));
  }

  private void search(CheckpointDraft draft, UpkeepPlan plan) {
    draft.searchBetween(plan.firstChunk(), plan.endChunk());
    for (int i = 0; i < plan.pagesMost(); i++) {
      Optional<ObjectRef> next = draft.nextToSearch();
      if (next.isEmpty()) {
        return;
      }
      draft.search(next.get(), parts.committed().page(next.get(), Purpose.BACKGROUND));
    }
  }

  private void install(CheckpointDraft draft) {
    List<ObjectRef> needed = draft.pagesNeeded();
    for (int from = 0; from < needed.size(); from += CommittedMap.PAGE_LOADS) {
      List<ObjectRef> some =
          needed.subList(from, Math.min(needed.size(), from + CommittedMap.PAGE_LOADS));
      parts.committed().load(some, Purpose.BACKGROUND, loaded -> loaded.forEach(draft::install));
    }
  }

  private static long inlineBytes(List<Extent> extents) {
    return extents.stream()
            .filter(extent ->
                extent.source() instanceof Extent.Source.InObject in
                    && in.object().kind() == ObjectRef.Kind.LOG)
            .mapToLong(extent -> extent.range().count())
            .sum()
        * Blocks.SIZE;
  }

  private void upload(List<EncodedObject> objects, List<ObjectKey> uploaded) {
    objects.forEach(object -> uploaded.add(object.ref().key()));
    uploader.run(
        objects.stream()
            .map(object ->
                (Runnable) () -> uploader.put(object.ref(), object.body(), Purpose.BACKGROUND))
            .toList());
  }
}
