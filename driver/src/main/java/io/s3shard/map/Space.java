package io.s3shard.map;

/**
 * How much of what lies in the bucket the map uses, in blocks. {@code complete}: all chunks have
 * been counted since the volume was opened; until then the numbers are too small. {@code
 * liveBlocks}: also in ancestors' objects. {@code deadInChunks}, {@code deadInSegments}: of the
 * volume's own objects that are named at all, without what is kept for pins alone.
 */
public record Space(
    boolean complete, long liveBlocks, long deadInChunks, long deadInSegments, int segments) {
  public long deadBlocks() {
    return deadInChunks + deadInSegments;
  }
}
