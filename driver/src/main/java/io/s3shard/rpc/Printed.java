package io.s3shard.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import io.s3shard.proto.csi.v1.CsiProto;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A message for the log, in one line: fields that are marked as secrets in the protocol, and what
 * may hold something private by its meaning, are shown as {@code ***}.
 */
final class Printed {
  private static final String HIDDEN = "***";
  private static final int MAX_CHARS = 2000;

  /** Not marked, but the specification warns of them: SELinux contexts, credentials in options. */
  private static final Set<String> PRIVATE_FIELDS = Set.of("mount_flags");

  /** Keys of a volume_context with tokens of a pod's service account. */
  private static final Set<String> PRIVATE_KEYS =
      Set.of("csi.storage.k8s.io/serviceAccount.tokens");

  private Printed() {}

  static String of(MessageOrBuilder message) {
    StringBuilder out = new StringBuilder();
    message(message, out);
    return out.length() > MAX_CHARS ? out.substring(0, MAX_CHARS) + "…" : out.toString();
  }

  private static void message(MessageOrBuilder message, StringBuilder out) {
    out.append('{');
    Iterator<Map.Entry<FieldDescriptor, Object>> fields =
        message.getAllFields().entrySet().iterator();
    while (fields.hasNext()) {
      var field = fields.next();
      out.append(field.getKey().getName()).append(": ");
      if (isSecret(field.getKey())) {
        out.append(HIDDEN);
      } else if (field.getKey().isMapField()) {
        map((List<?>) field.getValue(), out);
      } else {
        value(field.getValue(), out);
      }
      out.append(fields.hasNext() ? ", " : "");
    }
    out.append('}');
  }

  private static boolean isSecret(FieldDescriptor field) {
    return field.getOptions().getExtension(CsiProto.csiSecret)
        || PRIVATE_FIELDS.contains(field.getName());
  }

  private static void map(List<?> entries, StringBuilder out) {
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      Message entry = (Message) entries.get(i);
      Object key = entry.getField(entry.getDescriptorForType().findFieldByNumber(1));
      Object value = entry.getField(entry.getDescriptorForType().findFieldByNumber(2));
      out.append(i > 0 ? ", " : "").append(oneLine(key)).append(": ");
      if (PRIVATE_KEYS.contains(key.toString())) {
        out.append(HIDDEN);
      } else {
        value(value, out);
      }
    }
    out.append('}');
  }

  private static void value(Object value, StringBuilder out) {
    switch (value) {
      case MessageOrBuilder message -> message(message, out);
      case List<?> list -> {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
          out.append(i > 0 ? ", " : "");
          value(list.get(i), out);
        }
        out.append(']');
      }
      default -> out.append(oneLine(value));
    }
  }

  private static String oneLine(Object value) {
    return value.toString().replaceAll("\\p{Cntrl}", "?");
  }
}
