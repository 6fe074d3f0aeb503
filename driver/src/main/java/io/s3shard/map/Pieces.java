package io.s3shard.map;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Extent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects pieces that come in order, and makes one of neighbours that lie together. */
final class Pieces {
  private final List<Piece> pieces = new ArrayList<>();
  private long first;
  private long end;
  private Extent.@Nullable Source source;

  /** Blocks {@code from} up to {@code to}, none if they are equal; not before what was added. */
  void add(long from, long to, Extent.Source lies) {
    if (from == to) {
      return;
    }
    Extent.Source last = source;
    if (last != null && end == from && continues(last, end - first, lies)) {
      end = to;
      return;
    }
    if (last != null) {
      pieces.add(new Piece(BlockRange.between(first, end), last));
    }
    first = from;
    end = to;
    source = lies;
  }

  /** Whether {@code next} lies right behind {@code count} blocks from {@code before}. */
  static boolean continues(Extent.Source before, long count, Extent.Source next) {
    if (!(before instanceof Extent.Source.InObject a)
        || !(next instanceof Extent.Source.InObject b)) {
      return before instanceof Extent.Source.Zeros && next instanceof Extent.Source.Zeros;
    }
    return a.firstBlock() + count == b.firstBlock() && a.object().equals(b.object());
  }

  /** What was collected; the collector begins anew. */
  List<Piece> take() {
    if (source != null) {
      pieces.add(new Piece(BlockRange.between(first, end), source));
    }
    List<Piece> taken = List.copyOf(pieces);
    pieces.clear();
    source = null;
    return taken;
  }
}
