package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses which chunks of a checkpoint are written anew, the most dead first, as far as the budget
 * goes.
 */
final class RewriteChoice {
  /** With so much of what is stored in groups it does not matter whose the base is. */
  private static final double OVERLAY_SHARE = 7 / 8.0;

  /** With fewer stored blocks an object of its own would be mostly zeros. */
  private static final double DENSE_SHARE = 3 / 4.0;

  /** {@code must}: it costs hardly more than what must be done anyway. */
  private record Wish(long chunk, Rewrite rewrite, double gain, long cost, boolean must) {}

  private final VolumeId self;
  private final Upkeep upkeep;
  private final Set<Long> granted;
  private final List<Wish> wishes = new ArrayList<>();

  /** {@code granted}: chunks that were looked for, within the budget. */
  RewriteChoice(VolumeId self, Upkeep upkeep, Set<Long> granted) {
    this.self = self;
    this.upkeep = upkeep;
    this.granted = granted;
  }

  /** Whether anything may be chosen at all. */
  boolean isOpen() {
    return upkeep.budgetBlocks() > 0;
  }

  /** Looks at a chunk as it will be. {@code plan}: what must be done with it. */
  void consider(long chunk, List<Piece> content, EntryShape.Plan plan) {
    Map<ObjectRef, Long> own = new HashMap<>();
    long stored = 0;
    long emptied = 0;
    long span = 0;
    long origin = content.getFirst().range().first();
    for (Piece piece : content) {
      if (piece.source() instanceof Extent.Source.InObject in) {
        long count = piece.range().count();
        stored += count;
        emptied += upkeep.emptied().contains(in.object()) ? count : 0;
        span = piece.range().end() - origin;
        if (in.object().isOfOneChunk() && upkeep.canBeFreed(self, in.object())) {
          own.merge(in.object(), count, Long::sum);
        }
      }
    }
    double dead = 0;
    for (Map.Entry<ObjectRef, Long> object : own.entrySet()) {
      dead = Math.max(dead, 1 - (double) object.getValue() / object.getKey().blocks());
    }
    // so much must be merged anyway that little more makes it whole
    boolean must = plan.mergedBlocks() >= stored / 2 && pays(plan, stored, blocks(content));
    if (must || dead >= upkeep.foldDeadShare()) {
      Rewrite rewrite = stored >= DENSE_SHARE * span ? Rewrite.OBJECT : Rewrite.TOGETHER;
      long cost = rewrite == Rewrite.OBJECT ? span : stored;
      wishes.add(new Wish(chunk, rewrite, 1 + dead, cost, must));
    } else if (emptied > 0) {
      wishes.add(new Wish(chunk, Rewrite.EMPTY, 0, emptied, false));
    }
  }

  /** Whether the base can be freed by that, or next to nothing of it is left. */
  private boolean pays(EntryShape.Plan plan, long stored, long all) {
    Base base = plan.base();
    return base != null && upkeep.canBeFreed(self, base.object())
        || plan.overlayBlocks() >= OVERLAY_SHARE * stored && stored >= DENSE_SHARE * all;
  }

  private static long blocks(List<Piece> content) {
    return content.getLast().range().end() - content.getFirst().range().first();
  }

  /** What is done with each chunk that is written anew. */
  Map<Long, Rewrite> choose() {
    wishes.sort(Comparator.comparingDouble(Wish::gain).reversed());
    Map<Long, Rewrite> chosen = new HashMap<>();
    long left = upkeep.budgetBlocks();
    for (Wish wish : wishes) {
      boolean isGranted = wish.must() || granted.contains(wish.chunk());
      if (isGranted || wish.cost() <= left) {
        chosen.put(wish.chunk(), wish.rewrite());
        left -= isGranted ? 0 : wish.cost();
      }
    }
    return chosen;
  }
}
