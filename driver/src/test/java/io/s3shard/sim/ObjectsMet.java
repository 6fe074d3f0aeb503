package io.s3shard.sim;

import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import io.s3shard.map.MapCodec;
import io.s3shard.map.Root;
import io.s3shard.store.Body;
import io.s3shard.store.ObjectKey;
import io.s3shard.store.Purpose;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** Counts what kinds of objects an engine has put into the bucket: which of its ways were gone. */
final class ObjectsMet {
  private final Coverage coverage;
  private final int chunkBlocks;
  private final Map<VolumeId, Integer> deltas = new HashMap<>();

  ObjectsMet(Coverage coverage, int chunkBlocks) {
    this.coverage = coverage;
    this.chunkBlocks = chunkBlocks;
  }

  /** {@code body} has just landed. */
  void stored(ObjectKey key, Body body, Purpose purpose) {
    ByteBuffer whole = body.toBuffer();
    VolumeId volume = new VolumeId(key.value().split("/", -1)[1]);
    ObjectRef object = Layout.object(volume, key).orElseThrow();
    ObjectFormat.Decoded decoded = ObjectFormat.decodeAny(key, whole.duplicate());
    switch (decoded.kind()) {
      case DATA -> coverage.count(data(decoded.blocks(), purpose));
      case ROOT -> root(volume, MapCodec.decodeRoot(object, whole));
      case EXTENTS -> coverage.count("stored a long index");
      case PREFIX_FORMAT, NAME, LOG_RECORD, PAGE, PIN_TABLE, HINT ->
          coverage.count("stored " + decoded.kind());
    }
  }

  private String data(int blocks, Purpose purpose) {
    if (purpose == Purpose.BACKGROUND) {
      return "stored a segment that was gathered";
    }
    return blocks == chunkBlocks ? "stored a whole chunk" : "stored a segment or a part of a chunk";
  }

  private void root(VolumeId volume, Root root) {
    coverage.count("stored a root");
    Integer before = deltas.put(volume, root.deltas().size());
    if (!root.deltas().isEmpty()) {
      coverage.count("stored a root with deltas");
    } else if (before != null && before > 0) {
      coverage.count("pages were rewritten with what deltas said");
    }
  }
}
