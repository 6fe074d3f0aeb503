package io.s3shard.log;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/**
 * Writers and modes as messages. Decoding throws {@link IllegalArgumentException} for what can't
 * be.
 */
final class WriterCodec {
  private WriterCodec() {}

  static io.s3shard.proto.v1.Writer encode(Writer writer) {
    return io.s3shard.proto.v1.Writer.newBuilder()
        .setId(ByteString.copyFrom(HexFormat.of().parseHex(writer.id())))
        .setNode(writer.node())
        .setHost(writer.host())
        .setBoot(writer.boot())
        .setProcess(writer.process())
        .build();
  }

  static Writer decode(io.s3shard.proto.v1.Writer writer) {
    String id = HexFormat.of().formatHex(writer.getId().toByteArray());
    return new Writer(
        id, writer.getNode(), writer.getHost(), writer.getBoot(), writer.getProcess());
  }

  static io.s3shard.proto.v1.AttachMode encode(AttachMode mode) {
    return switch (mode) {
      case SINGLE_WRITER -> io.s3shard.proto.v1.AttachMode.ATTACH_MODE_SINGLE_WRITER;
      case READ_ONLY -> io.s3shard.proto.v1.AttachMode.ATTACH_MODE_READ_ONLY;
    };
  }

  static AttachMode decode(io.s3shard.proto.v1.AttachMode mode) {
    return switch (mode) {
      case ATTACH_MODE_SINGLE_WRITER -> AttachMode.SINGLE_WRITER;
      case ATTACH_MODE_READ_ONLY -> AttachMode.READ_ONLY;
      case ATTACH_MODE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("attached in mode " + mode);
    };
  }
}
