package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.CommitAt;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.VolumeLog;
import io.s3shard.map.LiveObjects;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Page;
import io.s3shard.map.PageCache;
import io.s3shard.map.Root;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What some states of a volume need of the volume's own objects. What they have of ancestors is
 * kept by pins there. For one caller.
 */
final class Reach {
  private final VolumeId volume;
  private final VolumeLog log;
  private final ObjectStore store;
  private final KeySet needed = new KeySet();

  /** The slots whose COMMITs are needed: from the key, exclusive, up to the value. Disjoint. */
  private final NavigableMap<Long, Long> replayed = new TreeMap<>();

  /** Neighbouring states have most of their pages in common. */
  private final PageCache pages = new PageCache(1);

  Reach(VolumeId volume, ObjectStore store, Execution execution) {
    this.volume = volume;
    this.store = store;
    this.log = new VolumeLog(volume, store, execution);
  }

  /**
   * Adds what the state at the tail needs.
   *
   * @throws io.s3shard.error.ObjectMissing if something of it is gone, or may be
   */
  void addTail(LoadedLog at) {
    addMap(at);
    long covers = covers(at);
    keepCommits(covers, at.state().tail());
    log.commits(covers, at.state().tail()).forEach(this::add);
  }

  /**
   * Adds what a pinned state needs, but for what its COMMITs name: {@link #addPinnedCommits} does,
   * for all pins together, as they have most of them in common.
   *
   * @throws io.s3shard.error.ObjectMissing if something of it is gone
   */
  void addPinned(LoadedLog at) {
    addMap(at);
    keepCommits(covers(at), at.state().tail());
  }

  private void addMap(LoadedLog at) {
    int chunkBlocks = at.state().chunkSizeBytes() / Blocks.SIZE;
    at.state().pins().table().ifPresent(this::need);
    at.checkpoint().ifPresent(checkpoint -> add(checkpoint.root(), chunkBlocks));
  }

  private static long covers(LoadedLog at) {
    return at.checkpoint().map(Checkpoint::covers).orElse(0L);
  }

  private void add(ObjectRef rootRef, int chunkBlocks) {
    Root root = MapCodec.decodeRoot(rootRef, store.get(rootRef.key(), Purpose.BACKGROUND).body());
    List<Page> deltas = new ArrayList<>();
    root.deltas().forEach(delta -> deltas.add(page(delta, chunkBlocks)));
    new LiveObjects(rootRef, root, deltas).tell(ref -> page(ref, chunkBlocks), this::need);
  }

  private Page page(ObjectRef ref, int chunkBlocks) {
    Page known = pages.get(ref);
    if (known != null) {
      return known;
    }
    Page page =
        MapCodec.decodePage(ref, chunkBlocks, store.get(ref.key(), Purpose.BACKGROUND).body());
    pages.put(ref, page);
    return page;
  }

  void need(ObjectRef object) {
    if (object.volume().equals(volume)) {
      needed.add(object);
    }
  }

  /** Takes in that the COMMITs of these slots are needed. */
  private void keepCommits(long after, long upTo) {
    long from = after;
    long to = upTo;
    Map.Entry<Long, Long> before = replayed.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      from = before.getKey();
      to = Math.max(to, before.getValue());
    }
    for (var next = replayed.ceilingEntry(from);
        next != null && next.getKey() <= to;
        next = replayed.ceilingEntry(from)) {
      to = Math.max(to, next.getValue());
      replayed.remove(next.getKey());
    }
    replayed.put(from, to);
  }

  /**
   * Adds what the COMMITs of all pinned states name; each is read once. To be called before {@link
   * #addTail}: each row of slots then ends at a pin, which is how it is known that none of them was
   * trimmed.
   *
   * @throws io.s3shard.error.ObjectMissing if one of them is gone, or may be
   */
  void addPinnedCommits() {
    replayed.forEach((after, upTo) -> log.commits(after, upTo).forEach(this::add));
  }

  private void add(CommitAt commit) {
    commit.commit().extentsObject().ifPresent(this::need);
    for (Extent extent : commit.commit().extents()) {
      if (extent.source() instanceof Extent.Source.InObject in) {
        need(in.object());
      }
    }
  }

  /** Whether one of the states needs this data or map object of the volume. */
  boolean needs(ObjectRef object) {
    return needed.contains(object);
  }

  /** Whether one of the states needs the record in this slot, if it is a COMMIT. */
  boolean needsCommit(long slot) {
    Map.Entry<Long, Long> range = replayed.lowerEntry(slot);
    return range != null && slot <= range.getValue();
  }
}
