package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What new entries of chunks change in the {@link SpaceAccount}. Collected without a lock, applied
 * with one.
 */
final class SpaceChange {
  /** An entry; a page, and where in it; no page: zeros. */
  record Entry(@Nullable Page page, int index) {
    static final Entry NONE = new Entry(null, -1);

    static Entry of(@Nullable Page page, long chunk) {
      int index = page == null ? -1 : page.indexOf(chunk);
      return index < 0 ? NONE : new Entry(page, index);
    }
  }

  static final int SHARES = 16;

  private final VolumeId self;
  private final int chunkBlocks;
  private final long countedTo;
  final Map<ObjectRef, SegmentUse> segments = new HashMap<>();

  /** Objects of one chunk whose entry has gone over to others. */
  final Set<ObjectRef> gone = new HashSet<>();

  /** Own objects that the new entries name. */
  final Set<ObjectRef> named = new HashSet<>();

  /** Dead blocks of objects of one chunk, by how much of the object they are: sixteenths. */
  final long[] deadByShare = new long[SHARES];

  long chunkLiveBlocks;
  long foreignLiveBlocks;

  /**
   * @param countedTo the account knows the old entries of the chunks below; of the others it is
   *     only told which segments there are
   */
  SpaceChange(VolumeId self, int chunkBlocks, long countedTo) {
    this.self = self;
    this.chunkBlocks = chunkBlocks;
    this.countedTo = countedTo;
  }

  long countedTo() {
    return countedTo;
  }

  void replace(long chunk, Entry before, Entry after) {
    Map<ObjectRef, Integer> old = uses(before);
    Map<ObjectRef, Integer> now = uses(after);
    old.forEach((object, live) -> add(chunk, object, live, -1));
    now.forEach((object, live) -> add(chunk, object, live, 1));
    named.addAll(now.keySet());
    for (ObjectRef object : old.keySet()) {
      if (isOwn(object) && object.isOfOneChunk() && !now.containsKey(object)) {
        gone.add(object);
      }
    }
  }

  private Map<ObjectRef, Integer> uses(Entry entry) {
    Map<ObjectRef, Integer> uses = new HashMap<>();
    Page page = entry.page();
    if (page != null) {
      page.uses(
          entry.index(), chunkBlocks, (object, live) -> uses.merge(object, live, Integer::sum));
    }
    return uses;
  }

  private boolean isOwn(ObjectRef object) {
    return object.volume().equals(self);
  }

  private void add(long chunk, ObjectRef object, int live, int sign) {
    int counted = chunk < countedTo ? sign : 0;
    if (!isOwn(object)) {
      foreignLiveBlocks += (long) counted * live;
    } else if (object.isOfOneChunk()) {
      chunkLiveBlocks += (long) counted * live;
      int dead = object.blocks() - live;
      deadByShare[SHARES * dead / (object.blocks() + 1)] += (long) counted * dead;
    } else {
      segments.computeIfAbsent(object, o -> new SegmentUse()).add(chunk, counted * live);
    }
  }
}
