package io.s3shard.log;

import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.proto.v1.PinTable;
import io.s3shard.store.Body;
import java.nio.ByteBuffer;
import java.util.List;

/** A pin table: all live pins after one record. */
final class PinTableCodec {
  private PinTableCodec() {}

  static Body encode(ObjectRef ref, List<LivePin> pins) {
    PinTable.Builder table = PinTable.newBuilder();
    pins.forEach(pin -> table.addPins(ControlCodec.encode(pin)));
    return ObjectFormat.encode(
        ObjectFormat.Kind.PIN_TABLE, ref.key(), List.of(), table.build().toByteArray());
  }

  /**
   * @throws io.s3shard.error.Damaged naming the object
   */
  static List<LivePin> decode(ObjectRef ref, ByteBuffer whole) {
    ByteBuffer metadata =
        ObjectFormat.decode(ObjectFormat.Kind.PIN_TABLE, ref.key(), whole).metadata();
    return Decoding.of(
        ref.key(),
        () -> {
          List<LivePin> pins =
              PinTable.parseFrom(metadata).getPinsList().stream()
                  .map(ControlCodec::decode)
                  .toList();
          for (int i = 1; i < pins.size(); i++) {
            if (pins.get(i - 1).slot() >= pins.get(i).slot()) {
              throw new IllegalArgumentException(
                  "its pins are not sorted at slot " + pins.get(i).slot());
            }
          }
          return pins;
        });
  }
}
