package io.s3shard.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.s3shard.error.Damaged;
import io.s3shard.format.ObjectFormat;
import io.s3shard.proto.v1.AttachmentHint;
import io.s3shard.proto.v1.Extents;
import io.s3shard.proto.v1.GroupEntry;
import io.s3shard.proto.v1.LogRecord;
import io.s3shard.proto.v1.NameEntry;
import io.s3shard.proto.v1.NodeEntry;
import io.s3shard.proto.v1.Page;
import io.s3shard.proto.v1.PinTable;
import io.s3shard.proto.v1.PrefixFormat;
import io.s3shard.proto.v1.Root;
import io.s3shard.proto.v1.SnapshotEntry;
import io.s3shard.proto.v1.StoreLocation;
import io.s3shard.store.ObjectKey;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One object of a prefix as a document: what it is, and its metadata as protobuf's JSON. Schema
 * {@code Object}.
 */
final class InspectedObject {
  private InspectedObject() {}

  /**
   * @throws Damaged naming the key, if it is not whole
   */
  static Document document(ObjectKey key, ByteBuffer whole) {
    int length = whole.remaining();
    ObjectFormat.Decoded decoded = ObjectFormat.decodeAny(key, whole);
    JsonObject json = new JsonObject();
    json.addProperty("key", key.value());
    json.addProperty("content", decoded.kind().name());
    json.addProperty("bytes", length);
    json.addProperty("payloadBlocks", decoded.blocks());
    json.add("metadata", metadata(key, decoded));
    List<List<String>> rows =
        List.of(
            List.of("key", key.value()),
            List.of("content", decoded.kind().name()),
            List.of("bytes", String.valueOf(length)),
            List.of("payload blocks", String.valueOf(decoded.blocks())),
            List.of("metadata", json.get("metadata").toString()));
    return Document.object("Object", json, rows, List.of(key.value()));
  }

  private static JsonObject metadata(ObjectKey key, ObjectFormat.Decoded decoded) {
    try {
      String json =
          JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message(key, decoded));
      return JsonParser.parseString(json).getAsJsonObject();
    } catch (InvalidProtocolBufferException e) {
      throw new Damaged("object " + key + " is damaged: its metadata is no " + decoded.kind(), e);
    }
  }

  private static Message message(ObjectKey key, ObjectFormat.Decoded decoded)
      throws InvalidProtocolBufferException {
    ByteBuffer metadata = decoded.metadata();
    return switch (decoded.kind()) {
      case PREFIX_FORMAT -> PrefixFormat.parseFrom(metadata);
      case NAME -> NameEntry.parseFrom(metadata);
      case LOG_RECORD -> LogRecord.parseFrom(metadata);
      // a data object is payload only
      case DATA -> com.google.protobuf.Empty.getDefaultInstance();
      case ROOT -> Root.parseFrom(metadata);
      case PAGE -> Page.parseFrom(metadata);
      case PIN_TABLE -> PinTable.parseFrom(metadata);
      case EXTENTS -> Extents.parseFrom(metadata);
      case HINT -> hint(key, metadata);
    };
  }

  private static Message hint(ObjectKey key, ByteBuffer metadata)
      throws InvalidProtocolBufferException {
    if (key.value().startsWith("stores/")) {
      return StoreLocation.parseFrom(metadata);
    }
    if (key.value().startsWith("groups/")) {
      return GroupEntry.parseFrom(metadata);
    }
    if (key.value().startsWith("snapshots/")) {
      return SnapshotEntry.parseFrom(metadata);
    }
    return key.value().startsWith("nodes/")
        ? NodeEntry.parseFrom(metadata)
        : AttachmentHint.parseFrom(metadata);
  }
}
