package io.s3shard.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers one call with a value or a status. */
public final class Unary {
  private static final Logger LOG = LoggerFactory.getLogger(Unary.class);

  private Unary() {}

  /** Runs {@code body}; what it throws becomes a status by {@link Statuses}. */
  public static <T> void answer(StreamObserver<T> caller, Supplier<T> body) {
    if (caller instanceof ServerCallStreamObserver<T> call) {
      // whoever gave up hears nothing more; without this the answer to him would be an exception
      // here
      call.setOnCancelHandler(() -> {});
    }
    T answer;
    try {
      answer = body.get();
    } catch (RuntimeException | Error e) {
      if (Statuses.isFault(e)) {
        LOG.error("a call failed by a fault of s3shard itself", e);
      }
      caller.onError(Statuses.of(e).asRuntimeException());
      return;
    }
    caller.onNext(answer);
    caller.onCompleted();
  }
}
