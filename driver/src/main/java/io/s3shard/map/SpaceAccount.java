package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the map uses of the volume's own data objects, RFC 0002. Objects of one chunk are only
 * summed up: which of them die, an entry says by itself. Segments are counted one by one. It begins
 * with knowing nothing; {@link #countedTo} goes over the chunks.
 */
final class SpaceAccount {
  /** An estimate: a reference, the counts, an entry of the table. */
  private static final int SEGMENT_BYTES = 56 + 32 + 48;

  private final Map<ObjectRef, SegmentUse> segments = new HashMap<>();
  private long segmentBlocks;
  private long segmentLiveBlocks;
  private long chunkObjectBlocks;
  private long chunkLiveBlocks;
  private long foreignLiveBlocks;
  private long countedTo;

  /** The chunks below are in it. */
  long countedTo() {
    return countedTo;
  }

  boolean isComplete() {
    return countedTo == Long.MAX_VALUE;
  }

  /** All chunks below {@code chunk} are in it from now on. Returns what is known to be dead. */
  List<ObjectRef> countedTo(long chunk) {
    countedTo = chunk;
    return isComplete() ? takeDead(List.copyOf(segments.keySet())) : List.of();
  }

  /** Takes in a change; returns what is dead by it. */
  List<ObjectRef> apply(SpaceChange change) {
    chunkObjectBlocks += change.chunkObjectBlocks;
    chunkLiveBlocks += change.chunkLiveBlocks;
    foreignLiveBlocks += change.foreignLiveBlocks;
    change.segments.forEach((object, more) -> {
      SegmentUse segment = segments.get(object);
      if (segment == null) {
        segment = new SegmentUse();
        segments.put(object, segment);
        segmentBlocks += object.blocks();
      }
      segment.add(more);
      segmentLiveBlocks += more.live;
    });
    List<ObjectRef> dead = new ArrayList<>(change.gone);
    if (isComplete()) {
      dead.addAll(takeDead(List.copyOf(change.segments.keySet())));
    }
    return dead;
  }

  private List<ObjectRef> takeDead(List<ObjectRef> among) {
    List<ObjectRef> dead = new ArrayList<>();
    for (ObjectRef object : among) {
      SegmentUse segment = segments.get(object);
      if (segment != null && segment.live == 0) {
        segments.remove(object);
        segmentBlocks -= object.blocks();
        dead.add(object);
      }
    }
    return dead;
  }

  long memoryBytes() {
    return (long) segments.size() * SEGMENT_BYTES;
  }

  Space space() {
    return new Space(
        isComplete(),
        chunkLiveBlocks + segmentLiveBlocks + foreignLiveBlocks,
        chunkObjectBlocks - chunkLiveBlocks,
        segmentBlocks - segmentLiveBlocks,
        segments.size());
  }
}
