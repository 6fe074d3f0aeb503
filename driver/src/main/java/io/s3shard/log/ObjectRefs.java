package io.s3shard.log;

import io.s3shard.format.ObjectRef;
import io.s3shard.format.VolumeId;
import java.util.ArrayList;
import java.util.List;

/**
 * References to objects inside one message, with the message's table of the other volumes that they
 * lie in. Decoding throws {@link IllegalArgumentException} for what can't be.
 */
final class ObjectRefs {
  private final VolumeId own;
  private final List<VolumeId> others = new ArrayList<>();

  /** For a message that {@code own} writes, or one that has no table. */
  ObjectRefs(VolumeId own) {
    this.own = own;
  }

  /** For a message that was read. */
  ObjectRefs(VolumeId own, List<String> table) {
    this.own = own;
    table.forEach(id -> others.add(new VolumeId(id)));
  }

  /** The table of the message, as far as {@link #encode} has needed it. */
  List<String> table() {
    return others.stream().map(VolumeId::value).toList();
  }

  io.s3shard.proto.v1.ObjectRef encode(ObjectRef ref) {
    return io.s3shard.proto.v1.ObjectRef.newBuilder()
        .setKind(kind(ref.kind()))
        .setVolume(index(ref.volume()))
        .setEpoch(ref.epoch())
        .setTail(ref.tail())
        .setCounter(ref.counter())
        .setBlocks(ref.blocks())
        .build();
  }

  /** The same for a message without a table: {@code ref} must be the volume's own. */
  io.s3shard.proto.v1.ObjectRef encodeOwn(ObjectRef ref) {
    if (!ref.volume().equals(own)) {
      throw new IllegalArgumentException("object " + ref.key() + " is not of volume " + own);
    }
    return encode(ref);
  }

  ObjectRef decode(io.s3shard.proto.v1.ObjectRef ref) {
    int index = ref.getVolume();
    if (index < 0 || index > others.size()) {
      throw new IllegalArgumentException("a reference to volume " + index + " of " + others.size());
    }
    Checks.atLeast(0, ref.getEpoch(), "epoch of an object");
    Checks.atLeast(0, ref.getTail(), "tail of an object");
    Checks.atLeast(0, ref.getCounter(), "counter of an object");
    Checks.atLeast(0, ref.getBlocks(), "blocks of an object");
    VolumeId volume = index == 0 ? own : others.get(index - 1);
    return new ObjectRef(
        volume,
        kind(ref.getKind()),
        ref.getEpoch(),
        ref.getTail(),
        ref.getCounter(),
        ref.getBlocks());
  }

  private int index(VolumeId volume) {
    if (volume.equals(own)) {
      return 0;
    }
    int at = others.indexOf(volume);
    if (at < 0) {
      at = others.size();
      others.add(volume);
    }
    return at + 1;
  }

  private static io.s3shard.proto.v1.ObjectRef.Kind kind(ObjectRef.Kind kind) {
    return switch (kind) {
      case DATA -> io.s3shard.proto.v1.ObjectRef.Kind.KIND_DATA;
      case MAP -> io.s3shard.proto.v1.ObjectRef.Kind.KIND_MAP;
      case LOG -> io.s3shard.proto.v1.ObjectRef.Kind.KIND_LOG;
    };
  }

  private static ObjectRef.Kind kind(io.s3shard.proto.v1.ObjectRef.Kind kind) {
    return switch (kind) {
      case KIND_DATA -> ObjectRef.Kind.DATA;
      case KIND_MAP -> ObjectRef.Kind.MAP;
      case KIND_LOG -> ObjectRef.Kind.LOG;
      case KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("an object of kind " + kind);
    };
  }
}
