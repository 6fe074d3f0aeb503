package io.s3shard.testing;

import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.log.VolumeLog;
import io.s3shard.map.ChunkEntry;
import io.s3shard.map.Group;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Page;
import io.s3shard.map.PageRef;
import io.s3shard.map.Root;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The volume's own data objects that a checkpoint names, found the plain way. */
final class MapReach {
  private final VolumeId volume;
  private final ObjectStore bucket;
  private final int chunkBlocks;

  /**
   * @param bucket to look into: no latency, no faults
   */
  MapReach(VolumeId volume, ObjectStore bucket) {
    this.volume = volume;
    this.bucket = bucket;
    VolumeLog log = new VolumeLog(volume, bucket, new NoWaiting());
    this.chunkBlocks = log.load().state().chunkSizeBytes() / Blocks.SIZE;
  }

  Set<ObjectKey> of(ObjectRef rootRef) {
    Root root = MapCodec.decodeRoot(rootRef, bucket.get(rootRef.key(), Purpose.MAP).body());
    List<ObjectRef> pages = new ArrayList<>(root.pages().stream().map(PageRef::page).toList());
    pages.addAll(root.deltas());
    Map<Long, ChunkEntry> entries = new HashMap<>();
    for (ObjectRef ref : pages) {
      Page page = MapCodec.decodePage(ref, chunkBlocks, bucket.get(ref.key(), Purpose.MAP).body());
      for (int i = 0; i < page.size(); i++) {
        entries.put(page.chunk(i), page.entry(i));
      }
    }
    Set<ObjectKey> reached = new HashSet<>();
    entries.values().forEach(entry -> add(entry, reached));
    return reached;
  }

  private void add(ChunkEntry entry, Set<ObjectKey> reached) {
    List<ObjectRef> objects = new ArrayList<>();
    if (entry.base() != null) {
      objects.add(entry.base().object());
    }
    for (Group group : entry.groups()) {
      if (group.source() instanceof Extent.Source.InObject in) {
        objects.add(in.object());
      }
    }
    for (ObjectRef object : objects) {
      if (object.volume().equals(volume)) {
        reached.add(object.key());
      }
    }
  }

  /** What the first names and the second does not. */
  List<ObjectKey> lost(ObjectRef before, ObjectRef after) {
    Set<ObjectKey> lost = of(before);
    lost.removeAll(of(after));
    return List.copyOf(lost);
  }
}
