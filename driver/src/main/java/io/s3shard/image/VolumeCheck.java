package io.s3shard.image;

import io.s3shard.cache.Frame;
import io.s3shard.cache.FrameCache;
import io.s3shard.error.Damaged;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.S3ShardException;
import io.s3shard.execution.Execution;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.log.LivePin;
import io.s3shard.log.LoadedLog;
import io.s3shard.log.VolumeLog;
import io.s3shard.map.Lookup;
import io.s3shard.map.Piece;
import io.s3shard.store.ObjectStore;
import io.s3shard.store.Purpose;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Reads and verifies everything that a volume's state consists of: log, root, deltas, pages, and
 * each block of data that an image can show. It needs no ownership. Of a volume that is open
 * elsewhere objects go while it reads: what is missing counts only if the log has not moved on.
 */
public final class VolumeCheck {
  /** How often a part is looked at again because the volume has changed. */
  private static final int TRIES = 20;

  /** So many chunks of the image at once: segments lie in their order. */
  private static final int CHUNKS = 32;

  private static final long PAGE_CACHE_BYTES = 16 << 20;

  /** Bytes of the image that can't be read, and why. */
  public record Lost(long offset, long length, String problem) {}

  /**
   * What was found.
   *
   * @param objects that hold data of the image
   * @param verifiedBytes of data that are as they must be
   * @param lost by offset
   */
  public record Report(long sizeBytes, long objects, long verifiedBytes, List<Lost> lost) {}

  private final VolumeId volume;
  private final VolumeLog log;
  private final ObjectStore store;
  private final Execution execution;
  private final DataCheck data;
  private final Optional<LivePin> pin;
  private final Set<ObjectRef> objects = new HashSet<>();
  private final List<Lost> lost = new ArrayList<>();
  private long verifiedBytes;
  private LoadedLog at;
  private CommittedMap map;

  /**
   * @param fast look only whether objects are there and long enough
   * @throws Damaged if not even the map can be read
   */
  public VolumeCheck(VolumeId volume, ObjectStore store, Execution execution, boolean fast) {
    this(
        volume,
        store,
        execution,
        fast ? new ListedObjects(store) : new ReadFrames(store, execution),
        Optional.empty());
  }

  /** {@code pin}: whose state; empty: the present one. */
  VolumeCheck(
      VolumeId volume,
      ObjectStore store,
      Execution execution,
      DataCheck data,
      Optional<LivePin> pin) {
    this.volume = volume;
    this.store = store;
    this.execution = execution;
    this.log = new VolumeLog(volume, store, execution);
    this.data = data;
    this.pin = pin;
    this.at = pin.isPresent() ? pinned(pin.get()) : log.load();
    this.map = load();
  }

  private LoadedLog pinned(LivePin pin) {
    try {
      return log.loadAt(pin.position());
    } catch (ObjectMissing e) {
      throw CommittedMap.missingMap(volume, e);
    }
  }

  /** Whether what it was to look at is still kept: what was lost of a removed snapshot is not. */
  public boolean isKept() {
    return pin.isEmpty() || log.loadWithPins().state().pins().has(pin.get().slot());
  }

  public long sizeBytes() {
    return at.state().sizeBytes();
  }

  /** Looks at all of it. {@code progress} hears how many bytes of the image are behind us. */
  public Report run(LongConsumer progress) {
    long blocks = Blocks.covering(sizeBytes());
    long step = (long) CHUNKS * at.state().chunkSizeBytes() / Blocks.SIZE;
    for (long first = 0; first < blocks; first += step) {
      check(BlockRange.between(first, Math.min(blocks, first + step)));
      progress.accept(Math.min(sizeBytes(), (first + step) * Blocks.SIZE));
    }
    return new Report(sizeBytes(), objects.size(), verifiedBytes, List.copyOf(lost));
  }

  private void check(BlockRange range) {
    for (int attempt = 1; ; attempt++) {
      List<Piece> pieces;
      try {
        pieces = pieces(range);
      } catch (Damaged | ObjectMissing e) {
        if (attempt < TRIES && hasMovedOn()) {
          continue;
        }
        withoutMap(range, e);
        return;
      }
      Map<Frame, String> bad = data.bad(pieces);
      List<Lost> found = new ArrayList<>();
      pieces.forEach(piece -> LostRanges.of(piece, bad, found));
      if (found.isEmpty() || attempt == TRIES || !hasMovedOn()) {
        count(pieces, found);
        return;
      }
    }
  }

  /** A page can't be read: what it knows of is lost, and found by looking at ever smaller parts. */
  private void withoutMap(BlockRange range, S3ShardException why) {
    long half = range.count() / 2;
    if (range.count() > at.state().chunkSizeBytes() / Blocks.SIZE) {
      check(new BlockRange(range.first(), half));
      check(new BlockRange(range.first() + half, range.count() - half));
    } else {
      String problem = String.valueOf(why.getMessage());
      LostRanges.add(
          new Lost(range.first() * Blocks.SIZE, range.count() * Blocks.SIZE, problem), lost);
    }
  }

  private void count(List<Piece> pieces, List<Lost> found) {
    pieces.forEach(piece -> DataCheck.objectOf(piece).ifPresent(objects::add));
    verifiedBytes += pieces.stream().mapToLong(DataCheck::bytes).sum();
    verifiedBytes -= found.stream().mapToLong(Lost::length).sum();
    found.forEach(one -> LostRanges.add(one, lost));
  }

  private List<Piece> pieces(BlockRange range) {
    while (true) {
      switch (map.lookup(range)) {
        case Lookup.Found there -> {
          return there.pieces();
        }
        case Lookup.PagesMissing missing -> map.load(missing.pages(), Purpose.MAP);
      }
    }
  }

  /** Whether the volume is another since it was loaded; then it is loaded again. */
  private boolean hasMovedOn() {
    if (pin.isPresent()) {
      return false;
    }
    LoadedLog now = log.load();
    if (now.state().tail() == at.state().tail()) {
      return false;
    }
    at = now;
    map = load();
    return true;
  }

  private CommittedMap load() {
    for (int attempt = 1; ; attempt++) {
      try {
        MapLoader.Loaded loaded =
            new MapLoader(store, execution).load(volume, log, at, PAGE_CACHE_BYTES);
        return new CommittedMap(
            new Object(),
            loaded.map(),
            at.state().chunkSizeBytes() / Blocks.SIZE,
            store,
            execution,
            new BlockReader(store, execution, new FrameCache(0)));
      } catch (ObjectMissing e) {
        if (pin.isPresent()) {
          throw CommittedMap.missingMap(volume, e);
        }
        LoadedLog now = log.load();
        if (now.state().tail() == at.state().tail() || attempt == TRIES) {
          throw CommittedMap.missingMap(volume, e);
        }
        at = now;
      }
    }
  }
}
