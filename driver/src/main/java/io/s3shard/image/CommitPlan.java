package io.s3shard.image;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Where the blocks of one COMMIT go: a chunk that is dirty as a whole becomes an object of its own;
 * all else goes inline if it is little, into segments otherwise; zeros need no room.
 */
final class CommitPlan {
  /** One data object and its payload. */
  record Upload(ObjectRef object, List<ByteBuffer> payload) {}

  private final ObjectNames names;
  private final Map<Long, EarlyUploads.Early> there;
  private final int segmentBlocks;
  private final List<Extent> extents = new ArrayList<>();
  private final List<Upload> uploads = new ArrayList<>();
  private final List<ByteBuffer> inline = new ArrayList<>();
  private final List<FrozenBlocks.Run> small = new ArrayList<>();

  private CommitPlan(ObjectNames names, Map<Long, EarlyUploads.Early> there, int segmentBlocks) {
    this.names = names;
    this.there = there;
    this.segmentBlocks = segmentBlocks;
  }

  /**
   * @param sizeBytes of the image: its last chunk is whole when its blocks up to there are
   * @param there chunks of which an object is in the bucket already, or on its way there
   */
  static CommitPlan of(
      VolumeId volume,
      List<FrozenBlocks.Run> runs,
      int chunkBlocks,
      long sizeBytes,
      Map<Long, EarlyUploads.Early> there,
      ObjectNames names,
      ImageOptions options) {
    CommitPlan plan = new CommitPlan(names, there, options.segmentBytes() / Blocks.SIZE);
    plan.sort(runs, chunkBlocks, Blocks.covering(sizeBytes));
    if (blocks(plan.small) * Blocks.SIZE <= options.inlineBytes()) {
      plan.toInline(volume);
    } else {
      plan.toSegments();
    }
    plan.extents.sort(Comparator.comparingLong(extent -> extent.range().first()));
    return plan;
  }

  /** Sorted, disjoint. Those inline name the record without its slot. */
  List<Extent> extents() {
    return extents;
  }

  /** What must be in the bucket before the COMMIT is sent. */
  List<Upload> uploads() {
    return uploads;
  }

  /** The payload of the record. */
  List<ByteBuffer> inline() {
    return inline;
  }

  /** Parts zeros, whole chunks and the rest. */
  private void sort(List<FrozenBlocks.Run> runs, int chunkBlocks, long imageBlocks) {
    List<FrozenBlocks.Run> chunk = new ArrayList<>();
    long number = -1;
    for (FrozenBlocks.Run run : runs) {
      if (run.bytes() == null) {
        extents.add(Extent.zeros(run.range()));
        continue;
      }
      for (FrozenBlocks.Run part : atChunks(run, chunkBlocks)) {
        long of = part.range().first() / chunkBlocks;
        if (of != number) {
          close(chunk, number, chunkBlocks, imageBlocks);
          number = of;
        }
        chunk.add(part);
      }
    }
    close(chunk, number, chunkBlocks, imageBlocks);
  }

  private static List<FrozenBlocks.Run> atChunks(FrozenBlocks.Run run, int chunkBlocks) {
    List<FrozenBlocks.Run> parts = new ArrayList<>();
    for (long at = run.range().first(); at < run.range().end(); ) {
      long end = Math.min(run.range().end(), (at / chunkBlocks + 1) * chunkBlocks);
      parts.add(part(run, at, end));
      at = end;
    }
    return parts;
  }

  private static FrozenBlocks.Run part(FrozenBlocks.Run run, long from, long to) {
    ByteBuffer bytes = run.bytes();
    if (bytes == null) {
      return new FrozenBlocks.Run(BlockRange.between(from, to), null);
    }
    int at = (int) (from - run.range().first()) * Blocks.SIZE;
    return new FrozenBlocks.Run(
        BlockRange.between(from, to), bytes.slice(at, (int) (to - from) * Blocks.SIZE));
  }

  private void close(List<FrozenBlocks.Run> chunk, long number, int chunkBlocks, long imageBlocks) {
    long first = number * chunkBlocks;
    long whole = Math.min(chunkBlocks, imageBlocks - first);
    if (!chunk.isEmpty() && blocks(chunk) == whole && whole * 2 > chunkBlocks) {
      extents.add(Extent.of(new BlockRange(first, whole), object(chunk, number, (int) whole), 0));
    } else {
      small.addAll(chunk);
    }
    chunk.clear();
  }

  private ObjectRef object(List<FrozenBlocks.Run> chunk, long number, int blocks) {
    EarlyUploads.Early early = there.get(number);
    if (early != null) {
      return early.object();
    }
    ObjectRef object = names.chunk(blocks);
    uploads.add(new Upload(object, bytes(chunk)));
    return object;
  }

  private void toInline(VolumeId volume) {
    ObjectRef record = ObjectRef.log(volume, 0, (int) blocks(small));
    place(small, record);
    inline.addAll(bytes(small));
  }

  private void toSegments() {
    List<FrozenBlocks.Run> segment = new ArrayList<>();
    int filled = 0;
    for (FrozenBlocks.Run run : small) {
      for (long at = run.range().first(); at < run.range().end(); ) {
        long end = Math.min(run.range().end(), at + segmentBlocks - filled);
        segment.add(part(run, at, end));
        filled += (int) (end - at);
        at = end;
        if (filled == segmentBlocks) {
          seal(segment);
          filled = 0;
        }
      }
    }
    if (!segment.isEmpty()) {
      seal(segment);
    }
  }

  private void seal(List<FrozenBlocks.Run> segment) {
    ObjectRef object = names.segment((int) blocks(segment));
    place(segment, object);
    uploads.add(new Upload(object, bytes(segment)));
    segment.clear();
  }

  /**
   * One after the other into {@code object}; runs that follow each other in the image become one
   * extent.
   */
  private void place(List<FrozenBlocks.Run> runs, ObjectRef object) {
    long position = 0;
    for (int i = 0; i < runs.size(); ) {
      long first = runs.get(i).range().first();
      long end = runs.get(i).range().end();
      for (i++; i < runs.size() && runs.get(i).range().first() == end; i++) {
        end = runs.get(i).range().end();
      }
      extents.add(Extent.of(BlockRange.between(first, end), object, position));
      position += end - first;
    }
  }

  private static long blocks(List<FrozenBlocks.Run> runs) {
    return runs.stream().mapToLong(run -> run.range().count()).sum();
  }

  private static List<ByteBuffer> bytes(List<FrozenBlocks.Run> runs) {
    List<ByteBuffer> bytes = new ArrayList<>();
    for (FrozenBlocks.Run run : runs) {
      if (run.bytes() != null) {
        bytes.add(run.bytes());
      }
    }
    return bytes;
  }
}
