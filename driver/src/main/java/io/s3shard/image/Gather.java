package io.s3shard.image;

import io.s3shard.format.BlockRange;
import io.s3shard.format.Blocks;
import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves small extents that lie here and there into segments, in the order of the image; one segment
 * in memory at a time.
 */
final class Gather {
  private final ImageParts parts;
  private final Uploader uploader;
  private final List<ObjectKey> uploaded;
  private final List<Extent> moved = new ArrayList<>();
  private final List<Extent> segment = new ArrayList<>();
  private int filled;

  /**
   * @param uploaded gets the key of everything that is uploaded, before it is
   */
  Gather(ImageParts parts, Uploader uploader, List<ObjectKey> uploaded) {
    this.parts = parts;
    this.uploader = uploader;
    this.uploaded = uploaded;
  }

  /** Copies all {@code extents}, which are sorted by image block; returns where they lie now. */
  List<Extent> move(List<Extent> extents) {
    // Not less than a chunk: more than two segments a chunk might be more groups than an entry has
    // room for.
    int room = Math.max(parts.options().segmentBytes() / Blocks.SIZE, parts.chunkBlocks());
    for (Extent extent : extents) {
      for (long done = 0; done < extent.range().count(); ) {
        long take = Math.min(extent.range().count() - done, room - filled);
        segment.add(
            new Extent(
                new BlockRange(extent.range().first() + done, take),
                extent.source().skip(done),
                0));
        filled += (int) take;
        done += take;
        if (filled == room) {
          seal();
        }
      }
    }
    if (filled > 0) {
      seal();
    }
    return moved;
  }

  private void seal() {
    ObjectRef object = parts.names().segment(filled);
    ByteBuffer bytes = ByteBuffer.allocate(filled * Blocks.SIZE);
    List<BlockReader.Request> requests = new ArrayList<>();
    int at = 0;
    for (Extent extent : segment) {
      int count = (int) extent.range().count();
      switch (extent.source()) {
        case Extent.Source.Zeros zeros -> Zeros.fill(bytes, at * Blocks.SIZE, count * Blocks.SIZE);
        case Extent.Source.InObject in ->
            requests.add(
                new BlockReader.Request(
                    in.object(), in.firstBlock(), count, bytes, at * Blocks.SIZE));
      }
      moved.add(Extent.of(extent.range(), object, at));
      at += count;
    }
    parts.reader().read(requests, Purpose.BACKGROUND);
    uploaded.add(object.key());
    uploader.data(new CommitPlan.Upload(object, List.of(bytes)), Purpose.BACKGROUND);
    segment.clear();
    filled = 0;
  }
}
