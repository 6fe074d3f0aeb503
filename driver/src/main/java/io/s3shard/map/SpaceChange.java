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

  private final VolumeId self;
  private final int chunkBlocks;
  private final long countedTo;
  final Map<ObjectRef, SegmentUse> segments = new HashMap<>();

  /** Objects of one chunk whose entry has gone over to others. */
  final Set<ObjectRef> gone = new HashSet<>();

  /** Own objects that the new entries name. */
  final Set<ObjectRef> named = new HashSet<>();

  long chunkObjectBlocks;
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
    Set<ObjectRef> old = take(chunk, before, -1);
    Set<ObjectRef> now = take(chunk, after, 1);
    named.addAll(now);
    for (ObjectRef object : old) {
      if (object.isOfOneChunk() && !now.contains(object)) {
        gone.add(object);
      }
    }
  }

  /** Adds an entry, or takes it away; returns the volume's own objects in it. */
  private Set<ObjectRef> take(long chunk, Entry entry, int sign) {
    Set<ObjectRef> own = new HashSet<>();
    Page page = entry.page();
    if (page == null) {
      return own;
    }
    boolean counted = chunk < countedTo;
    page.uses(
        entry.index(),
        chunkBlocks,
        (object, blocks) -> {
          int live = counted ? sign * blocks : 0;
          if (!object.volume().equals(self)) {
            foreignLiveBlocks += live;
            return;
          }
          boolean isNew = own.add(object);
          if (object.isOfOneChunk()) {
            chunkLiveBlocks += live;
            chunkObjectBlocks += counted && isNew ? sign * object.blocks() : 0;
          } else {
            segments.computeIfAbsent(object, o -> new SegmentUse()).add(chunk, live);
          }
        });
    return own;
  }
}
