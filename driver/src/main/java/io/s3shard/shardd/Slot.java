package io.s3shard.shardd;

import io.grpc.Status;
import io.s3shard.proto.shardd.v1.OpenVolumeRequest;
import io.s3shard.rpc.Refused;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handle that is in use.
 *
 * <pre>
 *   OPENING  begun, goes on until it succeeds or is refused
 *   OPEN     served
 *   CLOSING  goes on until it succeeds (the slot is gone), or fails: OPEN again
 *   FAILED   could not be taken over; until it is closed or opened anew
 * </pre>
 */
final class Slot {
  private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

  private final OpenVolumeRequest request;
  private final CompletableFuture<ServedVolume> opening = new CompletableFuture<>();
  private @Nullable CompletableFuture<Void> closing;

  Slot(OpenVolumeRequest request) {
    this.request = request;
  }

  String handle() {
    return request.getHandle();
  }

  OpenVolumeRequest request() {
    return request;
  }

  /** Opens in the background. A failure stays, for all to see. */
  void begin(Supplier<ServedVolume> open) {
    begin(open, () -> {});
  }

  /** Opens in the background. {@code onFailure} runs before anybody hears of a failure. */
  void begin(Supplier<ServedVolume> open, Runnable onFailure) {
    Thread.ofPlatform()
        .daemon()
        .name("open " + handle())
        .start(() -> {
          try {
            opening.complete(open.get());
          } catch (RuntimeException | Error e) {
            LOG.warn("volume {} can't be opened: {}", handle(), e.getMessage());
            onFailure.run();
            opening.completeExceptionally(e);
          }
        });
  }

  boolean isOpen() {
    return opening.isDone() && !opening.isCompletedExceptionally();
  }

  boolean hasFailed() {
    return opening.isCompletedExceptionally();
  }

  synchronized boolean isClosing() {
    return closing != null;
  }

  /** The volume, if it is open. */
  @Nullable ServedVolume served() {
    return isOpen() ? opening.join() : null;
  }

  /** Why it is FAILED; else empty. */
  String failure() {
    return hasFailed() ? String.valueOf(opening.exceptionNow().getMessage()) : "";
  }

  /**
   * The volume as soon as it is open. @throws Refused if it takes too long, and what opening threw
   */
  ServedVolume await(Duration patience) {
    return join(opening, patience, "opened");
  }

  /**
   * @throws Refused if {@code other} wants the same volume in another way
   */
  void refuseOther(OpenVolumeRequest other) {
    boolean same =
        request.getVolumeId().equals(other.getVolumeId())
            && request.getReadOnly() == other.getReadOnly()
            && request.getPin().equals(other.getPin());
    if (!same) {
      throw new Refused(
          Status.Code.ALREADY_EXISTS,
          "volume "
              + handle()
              + " is open on this host "
              + (request.getReadOnly() ? "for reading" : "for writing")
              + " already; unstage it first");
    }
    if (isClosing()) {
      throw new Refused(Status.Code.ABORTED, "volume " + handle() + " is being closed; try again");
    }
  }

  /** Closes, or joins who does. {@code onSuccess} runs before anybody hears of it. */
  void close(Duration patience, Runnable onSuccess) {
    CompletableFuture<Void> mine = null;
    CompletableFuture<Void> current;
    synchronized (this) {
      if (closing == null) {
        mine = new CompletableFuture<>();
        closing = mine;
      }
      current = closing;
    }
    if (mine != null) {
      close(mine, onSuccess);
    }
    join(current, patience, "closed");
  }

  private void close(CompletableFuture<Void> mine, Runnable onSuccess) {
    Thread.ofPlatform()
        .daemon()
        .name("close " + handle())
        .start(() -> {
          try {
            opening.join().close();
            onSuccess.run();
            mine.complete(null);
          } catch (RuntimeException | Error e) {
            synchronized (this) {
              closing = null;
            }
            mine.completeExceptionally(e);
          }
        });
  }

  private <T> T join(CompletableFuture<T> what, Duration patience, String done) {
    try {
      return what.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Refused(
          Status.Code.ABORTED,
          "volume "
              + handle()
              + " is still being "
              + done
              + ": the bucket is slow or away; try again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refused(Status.Code.CANCELLED, "interrupted");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }
}
