package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.format.ObjectRef;
import io.s3shard.map.Piece;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at no frame twice: snapshots and clones have most of theirs in common. A bit for each 32
 * KiB that were good. For one caller.
 */
final class RememberingCheck implements DataCheck {
  private final DataCheck check;
  private final Map<ObjectRef, BitSet> good = new HashMap<>();

  RememberingCheck(DataCheck check) {
    this.check = check;
  }

  @Override
  public Map<Frame, String> bad(List<Piece> pieces) {
    List<Piece> unknown = new ArrayList<>();
    for (Piece piece : pieces) {
      if (!DataCheck.frames(List.of(piece)).stream().allMatch(this::isGood)) {
        unknown.add(piece);
      }
    }
    if (unknown.isEmpty()) {
      return Map.of();
    }
    Map<Frame, String> bad = check.bad(unknown);
    for (Frame frame : DataCheck.frames(unknown)) {
      if (!bad.containsKey(frame)) {
        good.computeIfAbsent(frame.object(), _ -> new BitSet())
            .set(Math.toIntExact(frame.number()));
      }
    }
    return bad;
  }

  private boolean isGood(Frame frame) {
    BitSet known = good.get(frame.object());
    return known != null && known.get(Math.toIntExact(frame.number()));
  }
}
