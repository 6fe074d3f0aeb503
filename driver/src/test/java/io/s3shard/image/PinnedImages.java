package io.s3shard.image;

import io.s3shard.cache.FrameCache;
import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.VolumeLog;
import io.s3shard.store.ObjectStore;

/** Opens what a pin keeps, for tests. */
public final class PinnedImages {
  private PinnedImages() {}

  /** The state at {@code position}, which a live pin protects. */
  public static Image open(
      VolumeId volume, long position, ObjectStore store, Execution execution, long pageCacheBytes) {
    VolumeLog log = new VolumeLog(volume, store, execution);
    LoadedLog loaded = log.loadAt(position);
    MapLoader.Loaded map =
        new MapLoader(store, execution).load(volume, log, loaded, pageCacheBytes);
    int chunkBlocks = loaded.state().chunkSizeBytes() / Blocks.SIZE;
    BlockReader reader = new BlockReader(store, execution, new FrameCache(0));
    CommittedMap committed =
        new CommittedMap(new Object(), map.map(), chunkBlocks, store, execution, reader);
    return new ReadOnlyImage(
        volume,
        committed,
        new ReadAhead(execution, new ReadAheadPool(0), committed, chunkBlocks),
        loaded.state().sizeBytes(),
        new MapShares(pageCacheBytes, 1));
  }
}
