package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.HashSet;
import java.util.Set;

/**
 * Segments that are to be emptied: how many blocks are to be moved for that, and the chunks {@code
 * firstChunk} up to {@code endChunk} between which these lie.
 */
public record Emptying(Set<ObjectRef> segments, long liveBlocks, long firstChunk, long endChunk) {
  public static final Emptying NONE = new Emptying(Set.of(), 0, 0, 0);

  public Emptying {
    segments = Set.copyOf(segments);
  }

  public boolean isEmpty() {
    return segments.isEmpty();
  }

  static final class Builder {
    private final Set<ObjectRef> segments = new HashSet<>();
    private final SegmentUse together = new SegmentUse();

    void add(ObjectRef segment, SegmentUse use) {
      segments.add(segment);
      together.add(use);
    }

    Emptying build() {
      return segments.isEmpty()
          ? NONE
          : new Emptying(segments, together.live, together.firstChunk, together.endChunk);
    }
  }
}
