package io.s3shard.map;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.List;

/** Where gathered blocks lie now. */
final class Relocations {
  static final Relocations NONE = new Relocations(List.of());

  private final List<Extent> moved;

  private Relocations(List<Extent> moved) {
    this.moved = List.copyOf(moved);
  }

  /**
   * @throws IllegalArgumentException unless {@code moved} is exactly the blocks of {@code wanted},
   *     sorted, in DATA objects, those of one chunk one after the other
   */
  static Relocations of(List<Extent> wanted, List<Extent> moved, int chunkBlocks) {
    if (!covered(wanted).equals(covered(moved))) {
      throw new IllegalArgumentException("what was gathered is not what was to be gathered");
    }
    for (Extent extent : moved) {
      boolean stored =
          extent.source() instanceof Extent.Source.InObject in
              && in.object().kind() == ObjectRef.Kind.DATA
              && in.firstBlock() >= 0
              && in.firstBlock() + extent.range().count() <= in.object().blocks();
      if (!stored) {
        throw new IllegalArgumentException("gathered blocks can't lie in " + extent);
      }
    }
    for (int i = 1; i < moved.size(); i++) {
      checkTogether(moved.get(i - 1), moved.get(i), chunkBlocks);
    }
    return new Relocations(moved);
  }

  private static void checkTogether(Extent before, Extent next, int chunkBlocks) {
    boolean sameChunk =
        (before.range().end() - 1) / chunkBlocks == next.range().first() / chunkBlocks;
    if (sameChunk && !Pieces.continues(before.source(), before.range().count(), next.source())) {
      throw new IllegalArgumentException(
          "gathered blocks of one chunk lie in " + before + " and " + next);
    }
  }

  /** The runs of blocks, first and end in turn, neighbours as one. */
  private static List<Long> covered(List<Extent> extents) {
    List<Long> bounds = new ArrayList<>();
    for (Extent extent : extents) {
      if (!bounds.isEmpty() && bounds.getLast() == extent.range().first()) {
        bounds.removeLast();
      } else {
        bounds.add(extent.range().first());
      }
      bounds.add(extent.range().end());
    }
    return bounds;
  }

  /**
   * The content with each piece that was gathered where it lies now. A piece was gathered whole or
   * not at all.
   */
  List<Piece> relocate(List<Piece> content) {
    Pieces relocated = new Pieces();
    for (Piece piece : content) {
      int at = at(piece.range().first());
      if (at < 0) {
        relocated.add(piece.range().first(), piece.range().end(), piece.source());
      } else {
        follow(piece, at, relocated);
      }
    }
    return relocated.take();
  }

  private void follow(Piece piece, int at, Pieces into) {
    long block = piece.range().first();
    for (int i = at; block < piece.range().end(); i++) {
      Extent extent = moved.get(i);
      long end = Math.min(piece.range().end(), extent.range().end());
      into.add(block, end, extent.source().skip(block - extent.range().first()));
      block = end;
    }
  }

  /** Which extent holds {@code block}; -1: none. */
  private int at(long block) {
    int low = 0;
    int high = moved.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (moved.get(middle).range().end() <= block) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < moved.size() && moved.get(low).range().first() <= block ? low : -1;
  }
}
