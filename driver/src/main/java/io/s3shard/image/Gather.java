package io.s3shard.image;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.map.Fold;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Moves extents that lie here and there into segments, in the order of the image, and whole chunks
 * into objects of their own; one object in memory at a time.
 */
final class Gather {
  private final ImageParts parts;
  private final Uploader uploader;
  private final List<ObjectKey> uploaded;
  private final CopyMeter meter;
  private final LongConsumer copied;
  private final List<Extent> moved = new ArrayList<>();
  private final List<Extent> segment = new ArrayList<>();
  private int filled;

  /**
   * @param uploaded gets the key of everything that is uploaded, before it is
   * @param copied is told the bytes of each object, once it is in the bucket
   */
  Gather(
      ImageParts parts,
      Uploader uploader,
      List<ObjectKey> uploaded,
      CopyMeter meter,
      LongConsumer copied) {
    this.parts = parts;
    this.uploader = uploader;
    this.uploaded = uploaded;
    this.meter = meter;
    this.copied = copied;
  }

  /**
   * Copies all {@code extents}, which are sorted by image block; returns where they lie now. What
   * is of one chunk lies together in one segment.
   */
  List<Extent> move(List<Extent> extents) {
    int room = Math.max(parts.options().segmentBytes() / Blocks.SIZE, parts.chunkBlocks());
    List<Extent> chunk = new ArrayList<>();
    int size = 0;
    for (Extent extent : atChunks(extents)) {
      if (!chunk.isEmpty() && chunkOf(chunk.getFirst()) != chunkOf(extent)) {
        add(chunk, size, room);
        size = 0;
      }
      chunk.add(extent);
      size += (int) extent.range().count();
    }
    add(chunk, size, room);
    seal();
    return moved;
  }

  private long chunkOf(Extent extent) {
    return extent.range().first() / parts.chunkBlocks();
  }

  private List<Extent> atChunks(List<Extent> extents) {
    List<Extent> parted = new ArrayList<>();
    for (Extent extent : extents) {
      long first = extent.range().first();
      for (long at = first; at < extent.range().end(); ) {
        long end =
            Math.min(extent.range().end(), (at / parts.chunkBlocks() + 1) * parts.chunkBlocks());
        parted.add(new Extent(BlockRange.between(at, end), extent.source().skip(at - first), 0));
        at = end;
      }
    }
    return parted;
  }

  private void add(List<Extent> chunk, int size, int room) {
    if (filled + size > room) {
      seal();
    }
    segment.addAll(chunk);
    filled += size;
    chunk.clear();
  }

  private void seal() {
    if (filled > 0) {
      ObjectRef object = parts.names().segment(filled);
      upload(object, segment);
      int at = 0;
      for (Extent extent : segment) {
        moved.add(Extent.of(extent.range(), object, at));
        at += (int) extent.range().count();
        meter.moved(extent.source(), extent.range().count() * Blocks.SIZE);
      }
      segment.clear();
      filled = 0;
    }
  }

  /** Copies chunks; returns the objects in which they lie now. */
  List<ObjectRef> fold(List<Fold> chunks) {
    List<ObjectRef> objects = new ArrayList<>();
    for (Fold chunk : chunks) {
      ObjectRef object = parts.names().chunk(chunk.blocks());
      upload(object, chunk.content());
      meter.folded((long) chunk.blocks() * Blocks.SIZE);
      objects.add(object);
    }
    return objects;
  }

  private void upload(ObjectRef object, List<Extent> content) {
    int bytes = object.blocks() * Blocks.SIZE;
    try (MemoryQuota.Taken _ = parts.quotas().copying().take(bytes)) {
      copy(object, content);
    }
    copied.accept(bytes);
  }

  private void copy(ObjectRef object, List<Extent> content) {
    ByteBuffer bytes = ByteBuffer.allocate(object.blocks() * Blocks.SIZE);
    List<BlockReader.Request> requests = new ArrayList<>();
    int at = 0;
    for (Extent extent : content) {
      int count = (int) extent.range().count();
      switch (extent.source()) {
        case Extent.Source.Zeros zeros -> Zeros.fill(bytes, at * Blocks.SIZE, count * Blocks.SIZE);
        case Extent.Source.InObject in ->
            requests.add(
                new BlockReader.Request(
                    in.object(), in.firstBlock(), count, bytes, at * Blocks.SIZE));
      }
      at += count;
    }
    parts.reader().read(requests, Purpose.BACKGROUND);
    uploaded.add(object.key());
    uploader.data(new CommitPlan.Upload(object, List.of(bytes)), Purpose.BACKGROUND);
  }
}
