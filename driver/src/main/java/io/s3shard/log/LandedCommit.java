package io.s3shard.log;

import io.s3shard.format.Extent;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.List;

/** A COMMIT that has its slot: inline extents name it. */
final class LandedCommit {
  private LandedCommit() {}

  static LogRecord.Commit of(VolumeId volume, LogRecord.Commit draft, long slot) {
    List<Extent> extents =
        draft.extents().stream().map(extent -> landed(volume, extent, slot)).toList();
    return CommitReader.withExtents(draft, extents);
  }

  private static Extent landed(VolumeId volume, Extent extent, long slot) {
    ObjectRef inline = ObjectRef.log(volume, slot, 0);
    return switch (extent.source()) {
      case Extent.Source.Zeros _ -> extent;
      case Extent.Source.InObject in when ExtentsCodec.isPayload(in.object(), inline) ->
          new Extent(
              extent.range(),
              new Extent.Source.InObject(
                  ObjectRef.log(volume, slot, in.object().blocks()), in.firstBlock()),
              extent.upTo());
      case Extent.Source.InObject _ -> extent;
    };
  }
}
