package io.s3shard.log;

import com.google.protobuf.ByteString;
import io.s3shard.error.StoreRefused;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.VolumeId;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Records of one volume as objects, bound to their keys. A kind or a feature that this version does
 * not know is refused.
 */
final class RecordCodec {
  /** What a volume may use beyond format version 1. */
  static final Set<String> KNOWN_FEATURES = Set.of();

  static final int NONCE_BYTES = 16;

  private final VolumeId volume;
  private final ControlCodec control;
  private final KindCodec kinds;

  RecordCodec(VolumeId volume) {
    this(volume, KNOWN_FEATURES);
  }

  RecordCodec(VolumeId volume, Set<String> knownFeatures) {
    this.volume = volume;
    this.control = new ControlCodec(volume, knownFeatures);
    this.kinds = new KindCodec(volume, control);
  }

  /**
   * A record for {@code slot}.
   *
   * @param nonce 16 random bytes
   * @param informed the state after the record and the newest checkpoint before it; empty: the
   *     record is put blind
   * @param payload inline data of a COMMIT: whole blocks
   */
  EncodedRecord encode(
      long slot,
      byte[] nonce,
      LogRecord record,
      Optional<LoadedLog> informed,
      List<ByteBuffer> payload) {
    io.s3shard.proto.v1.LogRecord.Builder message =
        io.s3shard.proto.v1.LogRecord.newBuilder()
            .setVolumeId(volume.value())
            .setSlot(slot)
            .setNonce(ByteString.copyFrom(nonce));
    informed.ifPresent(known -> message.setControl(control.encode(known.state())));
    newest(record, informed)
        .ifPresent(checkpoint -> message.setCheckpoint(control.encode(checkpoint)));
    kinds.encode(slot, record, message);
    ObjectKey key = Layout.log(volume, slot);
    byte[] metadata = message.build().toByteArray();
    return new EncodedRecord(
        slot, key, ObjectFormat.encode(ObjectFormat.Kind.LOG_RECORD, key, payload, metadata));
  }

  /**
   * The record that lies in {@code slot}.
   *
   * @throws io.s3shard.error.Damaged if it is corrupt, or was written for another slot or volume
   * @throws StoreRefused if a newer version wrote it
   */
  LoggedRecord decode(long slot, ByteBuffer whole) {
    ObjectKey key = Layout.log(volume, slot);
    ObjectFormat.Decoded object = ObjectFormat.decode(ObjectFormat.Kind.LOG_RECORD, key, whole);
    return Decoding.of(
        key,
        () ->
            decode(
                slot, object.blocks(), io.s3shard.proto.v1.LogRecord.parseFrom(object.metadata())));
  }

  private LoggedRecord decode(long slot, int blocks, io.s3shard.proto.v1.LogRecord message) {
    if (!message.getVolumeId().equals(volume.value()) || message.getSlot() != slot) {
      throw new IllegalArgumentException(
          "it was written for slot " + message.getSlot() + " of " + message.getVolumeId());
    }
    if (message.getNonce().size() != NONCE_BYTES) {
      throw new IllegalArgumentException("its nonce has " + message.getNonce().size() + " bytes");
    }
    Optional<Checkpoint> checkpoint =
        message.hasCheckpoint()
            ? Optional.of(control.decode(message.getCheckpoint()))
            : Optional.empty();
    Optional<LoadedLog> informed =
        message.hasControl()
            ? Optional.of(new LoadedLog(control.decode(slot, message.getControl()), checkpoint))
            : Optional.empty();
    LogRecord record = kinds.decode(slot, blocks, checkpoint, message);
    boolean commit = record instanceof LogRecord.Commit;
    if (informed.isEmpty() && (commit || checkpoint.isPresent())) {
      throw new IllegalArgumentException(
          "it is a blind " + record.kind() + " that only an informed one can be");
    }
    if (!commit && blocks != 0) {
      throw new IllegalArgumentException("it is a " + record.kind() + " with data");
    }
    if (checkpoint.isPresent() && checkpoint.get().covers() >= slot) {
      throw new IllegalArgumentException("its checkpoint covers slot " + checkpoint.get().covers());
    }
    return new LoggedRecord(slot, record, informed, blocks);
  }

  private static Optional<Checkpoint> newest(LogRecord record, Optional<LoadedLog> informed) {
    if (record instanceof LogRecord.Commit commit && commit.checkpoint().isPresent()) {
      return commit.checkpoint();
    }
    return informed.flatMap(LoadedLog::checkpoint);
  }
}
