package io.s3shard.image;

import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.map.ChunkMap;
import io.s3shard.map.Lookup;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Page;
import io.s3shard.map.Piece;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The committed state of an image: the chunk map and what it needs from the bucket. The map is
 * guarded by the lock that is given: the image's, so that dirty data and map change together for
 * readers.
 */
final class CommittedMap implements MapShares.Keeper {
  private static final Logger LOG = LoggerFactory.getLogger(CommittedMap.class);

  static final int PAGE_LOADS = 16;

  /** So many chunks are looked at together where nothing may be. */
  private static final int CHUNKS_A_LOOK = 1024;

  /**
   * How often one read may find that the map has gone on and taken away what it looked up. It takes
   * a checkpoint each time; whoever meets more than that meets damage, beside commits.
   */
  private static final int CHANGES_MOST = 16;

  private final Object lock;
  private final ChunkMap map;
  private final ObjectStore store;
  private final Execution execution;
  private final BlockReader reader;
  private final int chunkBlocks;
  private long version;

  CommittedMap(
      Object lock,
      ChunkMap map,
      int chunkBlocks,
      ObjectStore store,
      Execution execution,
      BlockReader reader) {
    this.lock = lock;
    this.map = map;
    this.chunkBlocks = chunkBlocks;
    this.store = store;
    this.execution = execution;
    this.reader = reader;
  }

  @Override
  public void limitPages(LongSupplier bytes) {
    synchronized (lock) {
      map.limitPages(bytes.getAsLong());
    }
  }

  /** The map itself; under the lock. */
  ChunkMap map() {
    return map;
  }

  /**
   * To be called under the lock with every change of the map: what was looked up before may be gone
   * from the bucket.
   */
  void changed() {
    version++;
  }

  /** Under the lock: rises with every change of the map. */
  long version() {
    return version;
  }

  /**
   * Whether an object that was looked up at version {@code seen} may be gone, or its slot filled
   * with something else, because the map has changed since; {@code before}: as often as that was so
   * already.
   */
  boolean isBehind(long seen, int before) {
    synchronized (lock) {
      return version != seen && before < CHANGES_MOST;
    }
  }

  /**
   * Under the lock: where the blocks lie, or which pages must be loaded before that can be told.
   */
  Lookup lookup(BlockRange range) {
    return map.lookup(range);
  }

  /** Loads pages and installs them. Not under the lock. */
  void load(List<ObjectRef> pages, Purpose purpose) {
    load(
        pages,
        purpose,
        loaded -> {
          synchronized (lock) {
            loaded.forEach(map::install);
          }
        });
  }

  /** Loads pages and hands them to {@code taker}. Not under the lock. */
  void load(List<ObjectRef> pages, Purpose purpose, Consumer<Map<ObjectRef, Page>> taker) {
    Map<ObjectRef, Page> loaded = new ConcurrentHashMap<>();
    Parallel.run(
        execution,
        "page",
        PAGE_LOADS,
        pages.stream().map(ref -> (Runnable) () -> loaded.put(ref, page(ref, purpose))).toList());
    taker.accept(loaded);
  }

  Page page(ObjectRef ref, Purpose purpose) {
    return MapCodec.decodePage(ref, chunkBlocks, store.get(ref.key(), purpose).body());
  }

  /**
   * The requests that fill {@code into} at {@code at} with {@code range}; what is zeros is filled
   * at once.
   */
  static List<BlockReader.Request> requests(
      List<Piece> pieces, BlockRange range, ByteBuffer into, int at) {
    List<BlockReader.Request> requests = new ArrayList<>();
    for (Piece piece : pieces) {
      int position = at + (int) (piece.range().first() - range.first()) * Blocks.SIZE;
      int count = (int) piece.range().count();
      switch (piece.source()) {
        case Extent.Source.Zeros zeros -> Zeros.fill(into, position, count * Blocks.SIZE);
        case Extent.Source.InObject in ->
            requests.add(
                new BlockReader.Request(in.object(), in.firstBlock(), count, into, position));
      }
    }
    return requests;
  }

  /**
   * Reads committed blocks into {@code into} at {@code at}. An object that is missing or something
   * else may mean that the map has changed meanwhile, and the owner deleted what it replaced: then
   * it looks again.
   *
   * @throws Damaged if an object that the present map names is not what it must be
   */
  void read(BlockRange range, ByteBuffer into, int at, Purpose purpose) {
    for (int changes = 0; ; ) {
      Lookup lookup;
      long seen;
      synchronized (lock) {
        lookup = lookup(range);
        seen = version;
      }
      try {
        switch (lookup) {
          case Lookup.PagesMissing missing -> load(missing.pages(), purpose);
          case Lookup.Found found -> {
            reader.read(requests(found.pieces(), range, into, at), purpose);
            return;
          }
        }
      } catch (ObjectMissing | Damaged e) {
        if (!isBehind(seen, changes++)) {
          throw damaged(range, e);
        }
      }
    }
  }

  /**
   * The first block from {@code from} on that is not zeros; {@code end} if there is none. Of a map
   * that does not change. @throws Damaged if a page can't be read
   */
  long nextData(long from, long end) {
    long step = (long) CHUNKS_A_LOOK * chunkBlocks;
    for (long at = from; at < end; ) {
      BlockRange range = BlockRange.between(at, Math.min(end, at + step - at % step));
      Lookup lookup;
      synchronized (lock) {
        lookup = lookup(range);
      }
      switch (lookup) {
        case Lookup.PagesMissing missing -> loadOf(range, missing.pages());
        case Lookup.Found found -> {
          Optional<Piece> data =
              found.pieces().stream()
                  .filter(piece -> piece.source() instanceof Extent.Source.InObject)
                  .findFirst();
          if (data.isPresent()) {
            return data.get().range().first();
          }
          at = range.end();
        }
      }
    }
    return end;
  }

  private void loadOf(BlockRange range, List<ObjectRef> pages) {
    try {
      load(pages, Purpose.READ);
    } catch (ObjectMissing | Damaged e) {
      throw damaged(range, e);
    }
  }

  /**
   * Begins to bring committed blocks into the cache. Returns at once; {@code done} is called when
   * they are there, or are not to be had.
   */
  void prefetch(BlockRange range, Runnable done) {
    Lookup lookup;
    synchronized (lock) {
      lookup = lookup(range);
    }
    switch (lookup) {
      case Lookup.Found found -> reader.prefetch(DataCheck.frames(found.pieces()), done);
      case Lookup.PagesMissing missing ->
          execution.fork("prefetch", () -> loadThenPrefetch(missing.pages(), range, done));
    }
  }

  /** Nobody waits for it: what fails is asked for again, and reported, when somebody reads it. */
  private @Nullable Void loadThenPrefetch(List<ObjectRef> pages, BlockRange range, Runnable done) {
    try {
      load(pages, Purpose.PREFETCH);
    } catch (S3ShardException e) {
      LOG.debug("read-ahead of {}: {}", range, e.getMessage());
      done.run();
      return null;
    }
    prefetch(range, done);
    return null;
  }

  static Damaged missingMap(VolumeId volume, ObjectMissing cause) {
    return new Damaged(
        "the map of volume "
            + volume
            + " can't be read: "
            + cause.getMessage()
            + "; it must be there: restore it from a copy of the bucket",
        cause);
  }

  /** What a read of {@code range} reports after {@code cause}, an ObjectMissing or a Damaged. */
  static Damaged damaged(BlockRange range, S3ShardException cause) {
    if (cause instanceof Damaged damaged) {
      return damaged;
    }
    return new Damaged(
        "blocks "
            + range.first()
            + " to "
            + (range.end() - 1)
            + " of the image can't be read: "
            + cause.getMessage()
            + "; it must be there: restore it from a copy of the bucket",
        cause);
  }
}
