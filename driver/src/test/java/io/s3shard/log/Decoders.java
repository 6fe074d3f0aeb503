package io.s3shard.log;

import static io.s3shard.log.Records.VOLUME;

import io.s3shard.error.S3ShardException;
import io.s3shard.format.Layout;
import io.s3shard.format.ObjectFormat;
import io.s3shard.format.ObjectRef;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The decoders of this room, fed with metadata that nobody of ours has written. It lies in a sound
 * object: the checksums of the container would refuse nearly all of it. Anything but an {@code
 * S3ShardException} is a bug and comes out.
 */
public final class Decoders {
  static final long SLOT = 40;
  static final ObjectRef INDEX = ObjectRef.map(VOLUME, 30, 39, 12);
  static final ObjectRef TABLE = ObjectRef.map(VOLUME, 70, 69, 5);

  private Decoders() {}

  public static void all(byte[] metadata) {
    ObjectKey log = Layout.log(VOLUME, SLOT);
    RecordCodec codec = new RecordCodec(VOLUME);
    quietly(() -> codec.decode(SLOT, object(ObjectFormat.Kind.LOG_RECORD, log, metadata)));
    ObjectRef record = ObjectRef.log(VOLUME, SLOT, 3);
    ByteBuffer extents = object(ObjectFormat.Kind.EXTENTS, INDEX.key(), metadata);
    quietly(() -> ExtentsCodec.decodeObject(INDEX, record, extents));
    ByteBuffer table = object(ObjectFormat.Kind.PIN_TABLE, TABLE.key(), metadata);
    quietly(() -> PinTableCodec.decode(TABLE, table));
  }

  private static void quietly(Runnable decode) {
    try {
      decode.run();
    } catch (S3ShardException refused) {
      if (String.valueOf(refused.getMessage()).isBlank()) {
        throw new AssertionError("a refusal without a reason", refused);
      }
    }
  }

  private static ByteBuffer object(ObjectFormat.Kind kind, ObjectKey key, byte[] metadata) {
    return ObjectFormat.encode(kind, key, List.of(), metadata).toBuffer();
  }
}
