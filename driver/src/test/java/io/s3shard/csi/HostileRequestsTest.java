package io.s3shard.csi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every call of the controller with random and hostile fields: only codes that are documented,
 * never INTERNAL, and nothing is made or deleted that no complete request asked for.
 */
class HostileRequestsTest {
  private static final int ROUNDS = 400;

  private static final Set<Status.Code> DOCUMENTED =
      Set.of(
          Status.Code.OK,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.OUT_OF_RANGE,
          Status.Code.ABORTED,
          Status.Code.UNIMPLEMENTED);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Plugged plugged = new Plugged();
  private final String volume = plugged.create("victim");

  @Test
  void onlyDocumentedCodes() throws Exception {
    List<Object[]> calls =
        Stream.of(plugged.controller, plugged.groups).flatMap(this::calls).toList();
    assertThat(calls).hasSizeGreaterThan(15);
    for (int round = 0; round < ROUNDS; round++) {
      for (Object[] call : calls) {
        Method method = (Method) call[1];
        Message request = hostile(method.getParameterTypes()[0]);
        Status.Code code = code(call[0], method, request);
        assertThat(DOCUMENTED)
            .as("seed " + seed + ": " + method.getName() + " " + request)
            .contains(code);
      }
    }
    assertThat(
            Plugged.call(
                    plugged.controller::controllerGetVolume,
                    io.s3shard.proto.csi.v1.ControllerGetVolumeRequest.newBuilder()
                        .setVolumeId(volume)
                        .build())
                .getVolume()
                .getVolumeId())
        .as("seed " + seed + ": the victim is there")
        .isEqualTo(volume);
  }

  private Stream<Object[]> calls(BindableService service) {
    return Arrays.stream(service.getClass().getDeclaredMethods())
        .filter(m ->
            m.getParameterCount() == 2 && StreamObserver.class.equals(m.getParameterTypes()[1]))
        .map(m -> new Object[] {service, m});
  }

  private static Status.Code code(Object service, Method method, Message request) {
    return Plugged.code(
        (Message q, StreamObserver<Message> caller) -> {
          try {
            method.invoke(service, q, caller);
          } catch (InvocationTargetException | IllegalAccessException e) {
            throw new IllegalStateException(e);
          }
        },
        request);
  }

  private Message hostile(Class<?> type) throws Exception {
    Message.Builder builder = (Message.Builder) type.getMethod("newBuilder").invoke(null);
    fill(builder, 0);
    return builder.build();
  }

  private void fill(Message.Builder builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (random.nextInt(4) == 0 || depth > 4) {
        continue;
      }
      if (field.isMapField()) {
        entry(builder, field);
      } else if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, value(builder, field, depth));
        }
      } else {
        builder.setField(field, value(builder, field, depth));
      }
    }
  }

  private void entry(Message.Builder builder, FieldDescriptor field) {
    Message.Builder entry = builder.newBuilderForField(field);
    entry.setField(entry.getDescriptorForType().findFieldByNumber(1), text("key"));
    entry.setField(entry.getDescriptorForType().findFieldByNumber(2), text("value"));
    builder.addRepeatedField(field, entry.build());
  }

  private Object value(Message.Builder builder, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case STRING -> text(field.getName());
      case INT -> one(List.of(0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE));
      case LONG ->
          one(List.of(0L, 1L, -1L, 4095L, 1L << 30, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 46));
      case BOOLEAN -> random.nextBoolean();
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield one(values);
      }
      case MESSAGE -> {
        Message.Builder inner = builder.newBuilderForField(field);
        fill(inner, depth + 1);
        yield inner.build();
      }
      default -> throw new IllegalStateException(field.toString());
    };
  }

  private String text(String field) {
    TreeMap<Integer, String> texts = new TreeMap<>();
    for (String text :
        List.of(
            "",
            "/",
            "..",
            "../../etc/passwd",
            "a\0b",
            "\n",
            "ä".repeat(200),
            "x".repeat(100_000),
            "s3://b/p",
            "node-a",
            "fake",
            "chunkSize",
            "fsType",
            "bucket",
            "3MiB",
            "ext4",
            "ntfs",
            "csi.storage.k8s.io/x",
            "accessKeyId",
            "${jndi:ldap://x}",
            "f".repeat(16),
            volume.substring(0, 17) + "0".repeat(32),
            volume + "-" + "f".repeat(16),
            volume + "-" + "0".repeat(16),
            "pvc-1/..",
            "0".repeat(16) + "/" + "0".repeat(32))) {
      texts.put(texts.size(), text);
    }
    if (random.nextInt(3) == 0) {
      // what no call can delete by naming it here
      return field.startsWith("source_volume") ? volume : "node-a";
    }
    return texts.get(random.nextInt(texts.size()));
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }
}
