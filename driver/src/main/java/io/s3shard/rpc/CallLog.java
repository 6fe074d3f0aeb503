package io.s3shard.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Logs each call and its outcome, without secrets, and marks every line that is logged on its
 * behalf with the call's number and its volume.
 */
final class CallLog implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger("io.s3shard.calls");

  /** Asked every few seconds for ever: only failures are worth a line. */
  private static final Set<String> FREQUENT =
      Set.of("Probe", "NodeGetVolumeStats", "GetHealth", "ListVolumes", "NodeGetCapabilities");

  private final AtomicLong numbers = new AtomicLong();

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String name = call.getMethodDescriptor().getBareMethodName();
    boolean quiet = name != null && FREQUENT.contains(name);
    String number = Long.toString(numbers.incrementAndGet());
    long start = System.nanoTime();
    ServerCall<Q, A> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            ended(name, number, quiet, start, status);
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      private String volume = "";

      @Override
      public void onMessage(Q request) {
        if (request instanceof MessageOrBuilder message) {
          volume = volume(message);
          if (LOG.isDebugEnabled() || !quiet) {
            in(number, volume, () -> LOG.info("{} {}", name, Printed.of(message)));
          }
        }
        super.onMessage(request);
      }

      @Override
      public void onHalfClose() {
        in(number, volume, super::onHalfClose);
      }
    };
  }

  private static void in(String number, String volume, Runnable body) {
    try (var request = MDC.putCloseable("request", number);
        var ofVolume = MDC.putCloseable("volume", volume)) {
      body.run();
    }
  }

  private static void ended(String name, String number, boolean quiet, long start, Status status) {
    long millis = (System.nanoTime() - start) / 1_000_000;
    Map<String, String> context = MDC.getCopyOfContextMap();
    String of = context == null ? number : context.getOrDefault("request", number);
    if (status.isOk()) {
      if (!quiet) {
        LOG.info("{} #{} done in {} ms", name, of, millis);
      }
    } else {
      LOG.warn(
          "{} #{} {} after {} ms: {}", name, of, status.getCode(), millis, status.getDescription());
    }
  }

  /** The volume that a request is about, by the names that our protocols have for it. */
  private static String volume(MessageOrBuilder request) {
    for (String name : new String[] {"volume_id", "handle", "source_volume_id"}) {
      FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
      if (field != null && field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        return String.valueOf(request.getField(field)).replaceAll("\\p{Cntrl}", "?");
      }
    }
    return "";
  }
}
