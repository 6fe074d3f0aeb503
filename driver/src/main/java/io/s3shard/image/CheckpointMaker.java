package io.s3shard.image;

import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
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
import java.util.function.BooleanSupplier;

/**
 * Makes a checkpoint: loads the pages that it needs, copies what must move and what upkeep wants
 * moved, uploads pages and root. One at a time.
 */
final class CheckpointMaker {
  /** So many pages are counted with each checkpoint, until all are. */
  static final int PAGES_COUNTED = 16;

  private final ImageParts parts;
  private final Uploader uploader;
  private final CopyMeter meter;

  CheckpointMaker(ImageParts parts, Uploader uploader, CopyMeter meter) {
    this.parts = parts;
    this.uploader = uploader;
    this.meter = meter;
  }

  /** Takes some more chunks into the account of what is live. Returns what turns out dead. */
  List<ObjectKey> count() {
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
   * Finishes a draft, all of it in the bucket.
   *
   * @param uploaded gets the key of everything that is uploaded, before it is
   * @param urgent whether upkeep must not be slowed down
   * @param cancelled whether a plan that can be given up is
   * @throws CancellationException if it was given up
   */
  void make(
      CheckpointDraft draft,
      UpkeepPlan plan,
      List<ObjectKey> uploaded,
      BooleanSupplier urgent,
      BooleanSupplier cancelled) {
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
              checkGoesOn(plan, cancelled);
              long paced = Math.max(0, bytes - free[0]);
              free[0] = Math.max(0, free[0] - bytes);
              parts.quota().copied(paced, urgent);
            });
    List<Extent> moved = gather.move(draft.toGather());
    draft.gathered(moved, gather.fold(draft.toFold()));
    draft.encode(
        parts.names(),
        ref -> parts.committed().page(ref, Purpose.BACKGROUND),
        objects -> upload(objects, uploaded));
  }

  private static void checkGoesOn(UpkeepPlan plan, BooleanSupplier cancelled) {
    if (plan.canBeGivenUp() && cancelled.getAsBoolean()) {
      throw new CancellationException("upkeep was given up");
    }
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
