package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint does with each chunk that it changes: which blocks are gathered, which chunks
 * become objects of their own; and the entries once that is done.
 */
final class ChunkPlans {
  private final CheckpointScope scope;
  private final int chunkBlocks;
  private final List<TailIndex.Run> runs;
  private final PriorEntries prior;
  private final Set<ObjectRef> emptied;
  private final Map<Long, Rewrite> rewrites;

  /** Of each chunk that the scope touches; null: a span. */
  private final List<@Nullable Base> bases = new ArrayList<>();

  private final Pieces gather = new Pieces();
  private final List<Fold> folds = new ArrayList<>();
  private final Map<Long, ObjectRef> folded = new HashMap<>();

  ChunkPlans(
      CheckpointScope scope,
      int chunkBlocks,
      List<TailIndex.Run> runs,
      PriorEntries prior,
      Set<ObjectRef> emptied,
      RewriteChoice choice) {
    this.scope = scope;
    this.chunkBlocks = chunkBlocks;
    this.runs = runs;
    this.prior = prior;
    this.emptied = emptied;
    this.rewrites = choose(choice);
    scope.touched().forEach(this::plan);
  }

  private Map<Long, Rewrite> choose(RewriteChoice choice) {
    if (!choice.isOpen()) {
      return Map.of();
    }
    for (Touched chunk : scope.touched()) {
      if (!chunk.isSpan()) {
        List<Piece> content = content(chunk);
        choice.consider(
            chunk.first(), content, shape(chunk, content, Set.of()).plan(baseBefore(chunk)));
      }
    }
    return choice.choose();
  }

  private void plan(Touched chunk) {
    if (chunk.isSpan()) {
      bases.add(null);
      return;
    }
    List<Piece> content = content(chunk);
    EntryShape.Plan plan =
        switch (rewrites.getOrDefault(chunk.first(), Rewrite.NONE)) {
          case NONE -> shape(chunk, content, Set.of()).plan(baseBefore(chunk));
          case EMPTY -> shape(chunk, content, emptied).plan(baseBefore(chunk));
          case TOGETHER -> shape(chunk, content, Set.of()).together();
          case OBJECT -> {
            folds.add(Fold.of(chunk.first(), content));
            yield new EntryShape.Plan(null, List.of(), 0, 0);
          }
        };
    bases.add(plan.base());
    plan.gather()
        .forEach(piece -> gather.add(piece.range().first(), piece.range().end(), piece.source()));
  }

  private @Nullable Base baseBefore(Touched chunk) {
    return scope.isCovered(chunk) ? null : prior.base(chunk.first());
  }

  private EntryShape shape(Touched chunk, List<Piece> content, Set<ObjectRef> gone) {
    return new EntryShape(chunk.first(), chunkBlocks, content, gone::contains);
  }

  /** A chunk as the tail leaves it. */
  private List<Piece> content(Touched chunk) {
    Pieces content = new Pieces();
    long at = chunk.first() * chunkBlocks;
    long end = at + chunkBlocks;
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

  /** Sorted by image block, disjoint. */
  List<Extent> toGather() {
    return gather.take().stream()
        .map(piece -> new Extent(piece.range(), piece.source(), 0))
        .toList();
  }

  /** By chunk. */
  List<Fold> toFold() {
    return List.copyOf(folds);
  }

  /**
   * @throws IllegalArgumentException unless each is the chunk's own object
   */
  void folded(List<ObjectRef> objects) {
    if (objects.size() != folds.size()) {
      throw new IllegalArgumentException(
          objects.size() + " objects of " + folds.size() + " chunks");
    }
    for (int i = 0; i < objects.size(); i++) {
      if (!objects.get(i).isOfOneChunk() || objects.get(i).blocks() != folds.get(i).blocks()) {
        throw new IllegalArgumentException(
            "chunk " + folds.get(i).chunk() + " can't lie in " + objects.get(i));
      }
      folded.put(folds.get(i).chunk(), objects.get(i));
    }
  }

  /** The entry of the chunk with {@code index} in the scope, which is no span. */
  ChunkEntry entry(int index, Relocations moved) {
    Touched chunk = scope.touched().get(index);
    ObjectRef own = folded.get(chunk.first());
    if (own != null) {
      return new ChunkEntry(chunk.first(), new Base(own, 0), List.of());
    }
    return shape(chunk, moved.relocate(content(chunk)), Set.of()).entry(bases.get(index));
  }
}
