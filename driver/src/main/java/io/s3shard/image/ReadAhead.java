package io.s3shard.image;

import io.s3shard.execution.Execution;
import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads ahead of whoever reads an image on and on: half a MiB first, twice as much each time, up to
 * whole chunks side by side. What it fetches goes into the cache. It never waits: where the
 * process's pool has no room, the reader's next request asks again. Thread-safe.
 */
final class ReadAhead {
  /** Streams of one image that are told apart; the one that was read from longest ago goes. */
  private static final int STREAMS = 16;

  /** One piece of work; a chunk of the default size. */
  private static final long LONGEST_BYTES =
      (long) FetchPlan.LONGEST_FRAMES * Blocks.PER_FRAME * Blocks.SIZE;

  private final Execution execution;
  private final ReadAheadPool pool;
  private final CommittedMap committed;
  private final long chunkBytes;
  private final Deque<ReadStream> streams = new ArrayDeque<>();

  ReadAhead(Execution execution, ReadAheadPool pool, CommittedMap committed, int chunkBlocks) {
    this.execution = execution;
    this.pool = pool;
    this.committed = committed;
    this.chunkBytes = Math.min(LONGEST_BYTES, (long) chunkBlocks * Blocks.SIZE);
  }

  /** Somebody reads there now. {@code sizeBytes}: the image's; nothing is behind it. */
  void reading(long offset, int length, long sizeBytes) {
    if (pool.capacityBytes() == 0) {
      return;
    }
    for (BlockRange piece : begin(offset, length, sizeBytes)) {
      committed.prefetch(piece, () -> pool.end(bytes(piece)));
    }
  }

  private synchronized List<BlockRange> begin(long offset, int length, long sizeBytes) {
    ReadStream stream = find(offset, length);
    if (stream == null) {
      streams.addFirst(new ReadStream(offset, length, pool.capacityBytes()));
      if (streams.size() > STREAMS) {
        streams.removeLast();
      }
      return List.of();
    }
    stream.read(offset, length);
    return stream.isRunning() ? extend(stream, sizeBytes) : List.of();
  }

  /** The stream that this goes on, now the first. */
  private @Nullable ReadStream find(long offset, int length) {
    for (Iterator<ReadStream> each = streams.iterator(); each.hasNext(); ) {
      ReadStream stream = each.next();
      if (stream.goesOn(offset, length)) {
        each.remove();
        streams.addFirst(stream);
        return stream;
      }
    }
    return null;
  }

  private List<BlockRange> extend(ReadStream stream, long sizeBytes) {
    if (stream.target(chunkBytes, Long.MAX_VALUE / 2) <= stream.fetchedTo()
        || stream.fetchedTo() >= sizeBytes) {
      return List.of();
    }
    long most = pool.share(stream, execution.nanoTime());
    long target = Math.min(sizeBytes, stream.target(chunkBytes, most));
    List<BlockRange> pieces = new ArrayList<>();
    while (stream.fetchedTo() < target) {
      long from = stream.fetchedTo();
      long to = Math.min(target, (from / chunkBytes + 1) * chunkBytes);
      if (!pool.tryBegin(bytes(range(from, to)))) {
        break;
      }
      pieces.add(range(from, to));
      stream.fetchedTo(to);
    }
    if (!pieces.isEmpty()) {
      stream.widen(most);
    }
    return pieces;
  }

  private static BlockRange range(long from, long to) {
    return BlockRange.between(from / Blocks.SIZE, Blocks.covering(to));
  }

  private static long bytes(BlockRange range) {
    return range.count() * Blocks.SIZE;
  }
}
