package io.s3shard.map;

import io.s3shard.format.Extent;
import java.util.List;

/**
 * A chunk that is to become an object of its own: {@code content} covers its first {@code blocks}
 * blocks, zeros among them.
 */
public record Fold(long chunk, int blocks, List<Extent> content) {
  public Fold {
    content = List.copyOf(content);
  }

  static Fold of(long chunk, List<Piece> pieces) {
    int last = pieces.size() - 1;
    while (last > 0 && pieces.get(last).source() instanceof Extent.Source.Zeros) {
      last--;
    }
    long origin = pieces.getFirst().range().first();
    int blocks = (int) (pieces.get(last).range().end() - origin);
    return new Fold(
        chunk,
        blocks,
        pieces.subList(0, last + 1).stream()
            .map(piece -> new Extent(piece.range(), piece.source(), 0))
            .toList());
  }
}
