package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.map.Piece;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How data is looked at: read, or by a listing. */
interface DataCheck {
  /** The frames of {@code pieces} that are not as they must be, and why. */
  Map<Frame, String> bad(List<Piece> pieces);

  static Optional<ObjectRef> objectOf(Piece piece) {
    return piece.source() instanceof Extent.Source.InObject in
        ? Optional.of(in.object())
        : Optional.empty();
  }

  /** Of data; zeros are none. */
  static long bytes(Piece piece) {
    return objectOf(piece).isPresent() ? piece.range().count() * Blocks.SIZE : 0;
  }

  static Set<Frame> frames(List<Piece> pieces) {
    Set<Frame> frames = new LinkedHashSet<>();
    for (Piece piece : pieces) {
      if (piece.source() instanceof Extent.Source.InObject in) {
        long last = (in.firstBlock() + piece.range().count() - 1) / Blocks.PER_FRAME;
        for (long number = in.firstBlock() / Blocks.PER_FRAME; number <= last; number++) {
          frames.add(new Frame(in.object(), number));
        }
      }
    }
    return frames;
  }
}
