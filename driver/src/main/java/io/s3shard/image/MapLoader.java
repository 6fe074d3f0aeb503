package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.log.Checkpoint;
import io.s3shard.log.CloneSource;
import io.s3shard.log.CommitAt;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.LogRecord;
import io.s3shard.log.VolumeLog;
import io.s3shard.log.VolumeState;
import io.s3shard.map.ChunkMap;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Page;
import io.s3shard.map.Root;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Builds the map of a volume from its log: the last checkpoint, and the COMMITs after it; of a
 * clone without a checkpoint, the map of what was cloned first. Pages come on demand.
 */
final class MapLoader {
  /** A map, and what the COMMITs brought that no checkpoint covers. */
  record Loaded(ChunkMap map, SortedMap<Long, UncoveredCommits.Brought> commits) {}

  private static final int WIDTH = 16;

  private final ObjectStore store;
  private final Execution execution;

  MapLoader(ObjectStore store, Execution execution) {
    this.store = store;
    this.execution = execution;
  }

  /** The map at the tail of {@code loaded}. */
  Loaded load(VolumeId volume, VolumeLog log, LoadedLog loaded, long pageCacheBytes) {
    return load(
        volume, loaded, pageCacheBytes, covers -> log.commits(covers, loaded.state().tail()));
  }

  /** The same; {@code after} gives the COMMITs after a slot. */
  Loaded load(
      VolumeId volume, LoadedLog loaded, long pageCacheBytes, LongFunction<List<CommitAt>> after) {
    long covers = loaded.checkpoint().map(Checkpoint::covers).orElse(0L);
    Execution.Task<List<CommitAt>> since = execution.fork("commits", () -> after.apply(covers));
    ChunkMap map =
        loaded
            .checkpoint()
            .map(checkpoint -> at(volume, checkpoint.root(), chunkBlocks(loaded.state())))
            .orElseGet(() -> beginning(volume, loaded.state(), pageCacheBytes));
    map.limitPages(pageCacheBytes);
    SortedMap<Long, UncoveredCommits.Brought> commits = new TreeMap<>();
    for (CommitAt commit : since.join()) {
      map.apply(commit.slot(), commit.commit().extents());
      commits.put(commit.slot(), brought(commit.commit()));
    }
    return new Loaded(map, commits);
  }

  private static UncoveredCommits.Brought brought(LogRecord.Commit commit) {
    long blocks =
        commit.extents().stream()
            .filter(extent -> extent.source() instanceof Extent.Source.InObject)
            .mapToLong(extent -> extent.range().count())
            .sum();
    return UncoveredCommits.Brought.by(commit, blocks * Blocks.SIZE);
  }

  /** What replay begins with where there is no checkpoint: nothing, or what was cloned. */
  private ChunkMap beginning(VolumeId volume, VolumeState state, long pageCacheBytes) {
    if (state.source().isEmpty()) {
      return ChunkMap.empty(volume, chunkBlocks(state));
    }
    CloneSource source = state.source().get();
    VolumeLog log = new VolumeLog(source.volume(), store, execution);
    LoadedLog cloned = log.loadAt(source.position());
    return load(source.volume(), log, cloned, pageCacheBytes).map().cloneAs(volume);
  }

  private static int chunkBlocks(VolumeState state) {
    return state.chunkSizeBytes() / Blocks.SIZE;
  }

  private ChunkMap at(VolumeId volume, ObjectRef rootRef, int chunkBlocks) {
    Root root = MapCodec.decodeRoot(rootRef, store.get(rootRef.key(), Purpose.MAP).body());
    Page[] deltas = new Page[root.deltas().size()];
    List<Runnable> work = new ArrayList<>();
    for (int i = 0; i < deltas.length; i++) {
      int index = i;
      ObjectRef delta = root.deltas().get(i);
      work.add(() ->
          deltas[index] =
              MapCodec.decodePage(delta, chunkBlocks, store.get(delta.key(), Purpose.MAP).body()));
    }
    if (!work.isEmpty()) {
      Parallel.run(execution, "delta", WIDTH, work);
    }
    return ChunkMap.of(volume, rootRef, root, Arrays.asList(deltas));
  }
}
