package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * What the map uses of the volume's own data objects, RFC 0002. Objects of one chunk are only
 * summed up: which of them die, an entry says by itself. Segments are counted one by one. It begins
 * with knowing nothing; {@link #countedTo} goes over the chunks.
 */
final class SpaceAccount {
  /** An estimate: a reference, the counts, an entry of the table. */
  private static final int SEGMENT_BYTES = 56 + 32 + 48;

  /** So many segments are always fine, and so many times as many as would be if all were full. */
  private static final int SEGMENTS_FREE = 64;

  private static final int SEGMENTS_FACTOR = 4;

  private final Map<ObjectRef, SegmentUse> segments = new HashMap<>();
  private long segmentBlocks;
  private long segmentLiveBlocks;
  private final long[] deadByShare = new long[SpaceChange.SHARES];
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
    for (int i = 0; i < deadByShare.length; i++) {
      deadByShare[i] += change.deadByShare[i];
    }
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

  private long deadInChunks() {
    return LongStream.of(deadByShare).sum();
  }

  /**
   * From which dead share on chunks must be written anew, so that no more than {@code allowedDead}
   * blocks in objects of one chunk stay dead.
   */
  double foldDeadShare(long allowedDead) {
    long left = deadInChunks();
    int share = deadByShare.length;
    while (share > 1 && left > allowedDead) {
      share--;
      left -= deadByShare[share];
    }
    return (double) share / deadByShare.length;
  }

  /**
   * The segments with the smallest live share, so that no more than {@code allowedDead} blocks in
   * segments stay dead. Those of which a pin may need a block are left out, and so are their dead:
   * they can't be freed, however much is copied.
   */
  Emptying sparsest(long pinnedUpTo, long allowedDead) {
    List<ObjectRef> order = canBeFreed(pinnedUpTo);
    long left = order.stream().mapToLong(segment -> segment.blocks() - live(segment)).sum();
    order.sort(Comparator.comparingDouble(segment -> (double) live(segment) / segment.blocks()));
    Emptying.Builder chosen = new Emptying.Builder();
    for (ObjectRef segment : order) {
      if (left <= allowedDead || live(segment) == segment.blocks()) {
        break;
      }
      left -= segment.blocks() - live(segment);
      chosen.add(segment, use(segment));
    }
    return chosen.build();
  }

  /**
   * The smaller half of the segments, if there are far more than segments of {@code fullBlocks}
   * would be.
   */
  Emptying smallest(long pinnedUpTo, int fullBlocks) {
    Emptying.Builder chosen = new Emptying.Builder();
    List<ObjectRef> order = canBeFreed(pinnedUpTo);
    long live = order.stream().mapToLong(this::live).sum();
    if (order.size() > SEGMENTS_FREE + SEGMENTS_FACTOR * live / fullBlocks) {
      order.sort(Comparator.comparingLong(this::live));
      order.subList(0, order.size() / 2).forEach(segment -> chosen.add(segment, use(segment)));
    }
    return chosen.build();
  }

  private List<ObjectRef> canBeFreed(long pinnedUpTo) {
    List<ObjectRef> free = new ArrayList<>();
    for (ObjectRef segment : segments.keySet()) {
      if (segment.tail() > pinnedUpTo) {
        free.add(segment);
      }
    }
    // the order of a hash table is nobody's
    free.sort(Comparator.comparingLong(ObjectRef::counter));
    return free;
  }

  private SegmentUse use(ObjectRef segment) {
    return Objects.requireNonNull(segments.get(segment));
  }

  private long live(ObjectRef segment) {
    return use(segment).live;
  }

  long memoryBytes() {
    return (long) segments.size() * SEGMENT_BYTES;
  }

  Space space() {
    return new Space(
        isComplete(),
        chunkLiveBlocks + segmentLiveBlocks + foreignLiveBlocks,
        deadInChunks(),
        segmentBlocks - segmentLiveBlocks,
        segments.size());
  }
}
