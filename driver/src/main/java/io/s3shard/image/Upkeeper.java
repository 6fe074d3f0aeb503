package io.s3shard.image;

import io.s3shard.format.Blocks;
import io.s3shard.log.LivePin;
import io.s3shard.map.ChunkMap;
import io.s3shard.map.Emptying;
import io.s3shard.map.Space;
import io.s3shard.map.Upkeep;
import java.util.Set;

/**
 * Decides how much upkeep a checkpoint does, RFC 0002: under load as much as keeps the dead in
 * bounds, when the image is idle as much as pays. For one checkpoint at a time.
 */
final class Upkeeper {
  /** A chunk whose base is dead by so much is written anew when it is touched. */
  private static final double FOLD_DEAD_SHARE = 0.5;

  /** So much of the live may be dead in segments under load. */
  private static final double DEAD_UNDER_LOAD = 0.5;

  /** So much of the live may be dead after an idle pass; of that in objects of one chunk. */
  private static final double DEAD_WHEN_IDLE = 0.22;

  private static final double DEAD_CHUNKS_WHEN_IDLE = 0.15;

  /** An idle pass is not worth it if since the last one no more than this of the live has died. */
  private static final double GROWTH = 0.05;

  /** Of the slack, so much is left by an idle pass. */
  private static final int IDLE_SLACK_DIVISOR = 16;

  /** So many pages are searched with a checkpoint under load. */
  private static final int PAGES_UNDER_LOAD = 64;

  private final ImageParts parts;
  private final UpkeepOptions options;
  private long searchedTo;
  private long deadWhenPassed;
  private long pinnedWhenPassed;

  Upkeeper(ImageParts parts) {
    this.parts = parts;
    this.options = parts.options().upkeep();
  }

  /** For a checkpoint that covers {@code coveredBytes}. */
  UpkeepPlan underLoad(long coveredBytes) {
    return plan(Math.max(2 * coveredBytes, options.leastBytes()));
  }

  /** For the checkpoint of a clean close: somebody waits. */
  UpkeepPlan atClose() {
    return plan(options.leastBytes());
  }

  /** Only what must be. */
  UpkeepPlan withoutBudget() {
    return new UpkeepPlan(Upkeep.NONE, 0, 0, 0, false);
  }

  private UpkeepPlan plan(long budgetBytes) {
    long pinned = pinnedUpTo();
    Emptying what;
    synchronized (parts.lock()) {
      ChunkMap map = parts.committed().map();
      long allowed = allowed(map.space(), DEAD_UNDER_LOAD, options.slackBytes());
      what = map.sparsestSegments(pinned, allowed);
      if (what.isEmpty()) {
        what = map.smallestSegments(pinned, parts.options().segmentBytes() / Blocks.SIZE);
      }
    }
    return emptying(what, FOLD_DEAD_SHARE, pinned, budgetBytes, PAGES_UNDER_LOAD, false);
  }

  private UpkeepPlan emptying(
      Emptying what, double share, long pinned, long budgetBytes, int pages, boolean idle) {
    Upkeep upkeep = new Upkeep(pinned, share, what.segments(), budgetBytes / Blocks.SIZE);
    boolean inside = searchedTo > what.firstChunk() && searchedTo < what.endChunk();
    long from = inside ? searchedTo : what.firstChunk();
    return new UpkeepPlan(upkeep, from, what.endChunk(), pages, idle);
  }

  private static long allowed(Space space, double share, long slackBytes) {
    return Math.max((long) (share * space.liveBlocks()), slackBytes / Blocks.SIZE);
  }

  private long idleSlackBytes() {
    return options.slackBytes() / IDLE_SLACK_DIVISOR;
  }

  /** Whether an idle image has so much dead that it should make room. */
  boolean pays() {
    Space space = space();
    long grown = deadWhenPassed + (long) (GROWTH * space.liveBlocks());
    boolean more = space.deadBlocks() > grown || pinnedUpTo() != pinnedWhenPassed;
    return space.complete()
        && more
        && space.deadBlocks() > allowed(space, DEAD_WHEN_IDLE, idleSlackBytes());
  }

  /** From which dead share on an idle image writes chunks anew. */
  double idleFoldShare() {
    synchronized (parts.lock()) {
      ChunkMap map = parts.committed().map();
      return map.foldDeadShare(allowed(map.space(), DEAD_CHUNKS_WHEN_IDLE, idleSlackBytes() / 2));
    }
  }

  /** For an idle image: the chunks from {@code chunk} on that are dead by this share. */
  UpkeepPlan folding(double share, long chunk) {
    Upkeep upkeep = new Upkeep(pinnedUpTo(), share, Set.of(), options.idleBytes() / Blocks.SIZE);
    return new UpkeepPlan(upkeep, chunk, Long.MAX_VALUE, Integer.MAX_VALUE, true);
  }

  /** For an idle image: empties segments. */
  UpkeepPlan emptying() {
    long pinned = pinnedUpTo();
    Emptying what;
    synchronized (parts.lock()) {
      ChunkMap map = parts.committed().map();
      Space space = map.space();
      long allowed = allowed(space, DEAD_WHEN_IDLE, idleSlackBytes());
      what = map.sparsestSegments(pinned, Math.max(0, allowed - space.deadInChunks()));
    }
    return emptying(what, 1, pinned, options.idleBytes(), Integer.MAX_VALUE, true);
  }

  long deadBlocks() {
    return space().deadBlocks();
  }

  private Space space() {
    synchronized (parts.lock()) {
      return parts.committed().map().space();
    }
  }

  /** An idle pass has ended: what is dead now does not pay. */
  void passed() {
    deadWhenPassed = deadBlocks();
    pinnedWhenPassed = pinnedUpTo();
  }

  /** Where the search of a checkpoint has ended. */
  void searched(long chunk) {
    searchedTo = chunk;
  }

  long searchedTo() {
    return searchedTo;
  }

  /** The highest position that a live pin has: what is named after it can be freed. */
  private long pinnedUpTo() {
    return parts.owned().pins().stream().mapToLong(LivePin::position).max().orElse(0);
  }
}
