package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.map.Piece;
import java.util.List;
import java.util.Map;

/** Which bytes of an image are lost with the frames that they lie in. */
final class LostRanges {
  private LostRanges() {}

  /**
   * Adds what {@code piece} has lost to {@code lost}; what goes on where the last ended is joined.
   */
  static void of(Piece piece, Map<Frame, String> bad, List<VolumeCheck.Lost> lost) {
    if (bad.isEmpty() || !(piece.source() instanceof Extent.Source.InObject in)) {
      return;
    }
    long block = in.firstBlock();
    long end = in.firstBlock() + piece.range().count();
    while (block < end) {
      long next = Math.min(end, (block / Blocks.PER_FRAME + 1) * Blocks.PER_FRAME);
      String why = bad.get(new Frame(in.object(), block / Blocks.PER_FRAME));
      if (why != null) {
        long offset = (piece.range().first() + block - in.firstBlock()) * Blocks.SIZE;
        add(new VolumeCheck.Lost(offset, (next - block) * Blocks.SIZE, why), lost);
      }
      block = next;
    }
  }

  static void add(VolumeCheck.Lost next, List<VolumeCheck.Lost> lost) {
    if (!lost.isEmpty()) {
      VolumeCheck.Lost last = lost.getLast();
      if (last.offset() + last.length() == next.offset() && last.problem().equals(next.problem())) {
        lost.removeLast();
        next = new VolumeCheck.Lost(last.offset(), last.length() + next.length(), last.problem());
      }
    }
    lost.add(next);
  }
}
