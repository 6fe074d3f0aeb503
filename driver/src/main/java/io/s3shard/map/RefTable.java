package io.s3shard.map;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.List;

/**
 * References in a message: volume 0 is the one that wrote it, n the n-th of the message's table of
 * volumes. So an object of a parent means the same in its clones.
 */
final class RefTable {
  /** DESIGN §5: a volume has at most 255 ancestors. */
  static final int MAX_VOLUMES = 255;

  private final VolumeId writer;
  private final List<VolumeId> volumes = new ArrayList<>();

  RefTable(VolumeId writer) {
    this.writer = writer;
  }

  /**
   * The table of a message that was read. @throws IllegalArgumentException for a table that can't
   * be
   */
  RefTable(VolumeId writer, List<String> table) {
    this(writer);
    if (table.size() > MAX_VOLUMES) {
      throw new IllegalArgumentException(
          "it names " + table.size() + " volumes, at most " + MAX_VOLUMES);
    }
    table.forEach(volume -> volumes.add(new VolumeId(volume)));
  }

  List<String> table() {
    return volumes.stream().map(VolumeId::value).toList();
  }

  io.s3shard.proto.v1.ObjectRef encode(ObjectRef ref) {
    int volume = ref.volume().equals(writer) ? 0 : 1 + volumes.indexOf(ref.volume());
    if (volume == 0 && !ref.volume().equals(writer)) {
      volumes.add(ref.volume());
      volume = volumes.size();
      if (volume > MAX_VOLUMES) {
        throw new IllegalArgumentException(
            "more than " + MAX_VOLUMES + " ancestors in a map object of " + writer);
      }
    }
    return io.s3shard.proto.v1.ObjectRef.newBuilder()
        .setKind(
            switch (ref.kind()) {
              case DATA -> io.s3shard.proto.v1.ObjectRef.Kind.KIND_DATA;
              case MAP -> io.s3shard.proto.v1.ObjectRef.Kind.KIND_MAP;
              case LOG -> io.s3shard.proto.v1.ObjectRef.Kind.KIND_LOG;
            })
        .setVolume(volume)
        .setEpoch(ref.epoch())
        .setTail(ref.tail())
        .setCounter(ref.counter())
        .setBlocks(ref.blocks())
        .build();
  }

  /**
   * @throws IllegalArgumentException for a reference that can't be, or of another kind than {@code
   *     expected}
   */
  ObjectRef decode(io.s3shard.proto.v1.ObjectRef ref, ObjectRef.Kind expected) {
    ObjectRef.Kind kind =
        switch (ref.getKind()) {
          case KIND_DATA -> ObjectRef.Kind.DATA;
          case KIND_MAP -> ObjectRef.Kind.MAP;
          case KIND_LOG -> ObjectRef.Kind.LOG;
          case KIND_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("a reference has no known kind");
        };
    if (kind != expected) {
      throw new IllegalArgumentException(
          "it refers to " + kind + " where " + expected + " belongs");
    }
    int volume = ref.getVolume();
    if (volume < 0
        || volume > volumes.size()
        || ref.getEpoch() < 0
        || ref.getTail() < 0
        || ref.getCounter() < 0) {
      throw new IllegalArgumentException("a reference is out of range");
    }
    if (kind == ObjectRef.Kind.DATA ? ref.getBlocks() < 1 : ref.getBlocks() != 0) {
      throw new IllegalArgumentException(
          "a reference to " + kind + " has " + ref.getBlocks() + " blocks");
    }
    VolumeId owner = volume == 0 ? writer : volumes.get(volume - 1);
    return new ObjectRef(
        owner, kind, ref.getEpoch(), ref.getTail(), ref.getCounter(), ref.getBlocks());
  }
}
