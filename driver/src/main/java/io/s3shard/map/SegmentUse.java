package io.s3shard.map;

/**
 * How many blocks of a segment are live, and between which chunks they lie; or a change of that.
 */
final class SegmentUse {
  long live;
  long firstChunk = Long.MAX_VALUE;
  long endChunk;

  void add(long chunk, long blocks) {
    live += blocks;
    firstChunk = Math.min(firstChunk, chunk);
    endChunk = Math.max(endChunk, chunk + 1);
  }

  void add(SegmentUse change) {
    live += change.live;
    firstChunk = Math.min(firstChunk, change.firstChunk);
    endChunk = Math.max(endChunk, change.endChunk);
  }
}
