package io.s3shard.store;

import io.s3shard.error.S3ShardException;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes an outage a pause: a get, put, list or delete that fails because the bucket is away is
 * tried again until it is answered, the deadline has passed, the thread is interrupted, or this is
 * closed. A put-if-absent is never tried again: only its caller can know what the first try came
 * to. Thread-safe.
 */
public final class RetryingStore implements ObjectStore, AutoCloseable {
  /** The first wait, about a request's time; later ones double. */
  private static final Duration FIRST_WAIT = Duration.ofMillis(50);

  /** By so much the end of an outage may be noticed late. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  private final ObjectStore store;
  private final Execution execution;
  private final Optional<Duration> deadline;
  private final Outage outage;
  private final Signal closing;
  private volatile boolean closed;

  /**
   * @param deadline how long an outage may last before requests fail; empty: for ever
   */
  public RetryingStore(ObjectStore store, Execution execution, Optional<Duration> deadline) {
    this.store = store;
    this.execution = execution;
    this.deadline = deadline;
    this.outage = new Outage(execution);
    this.closing = execution.signal();
  }

  /**
   * For how long no request has been answered, by those who tried; zero while the bucket answers.
   */
  public Duration awayFor() {
    return outage.awayFor();
  }

  /**
   * Whether to stop trying: the bucket has been away for longer than the deadline, or this is
   * closed.
   */
  public boolean gaveUp() {
    return closed || deadline.isPresent() && outage.awayFor().compareTo(deadline.get()) > 0;
  }

  /** Ends all waiting: what fails from now on fails at once. Requests still go through. */
  @Override
  public void close() {
    closed = true;
    closing.raise();
  }

  @Override
  public StoredObject get(ObjectKey key, Purpose purpose) {
    return retried(() -> store.get(key, purpose));
  }

  @Override
  public StoredObject getIfMatch(ObjectKey key, String etag, Purpose purpose) {
    return retried(() -> store.getIfMatch(key, etag, purpose));
  }

  @Override
  public ByteBuffer get(ObjectKey key, ByteRange range, Purpose purpose) {
    return retried(() -> store.get(key, range, purpose));
  }

  @Override
  public void get(ObjectKey key, ByteRange range, ByteBuffer into, Purpose purpose) {
    int start = into.position();
    retried(() -> {
      into.position(start);
      store.get(key, range, into, purpose);
      return true;
    });
  }

  @Override
  public void put(ObjectKey key, Body body, Purpose purpose) {
    retried(() -> {
      store.put(key, body, purpose);
      return true;
    });
  }

  @Override
  public PutOutcome putIfAbsent(ObjectKey key, Body body, Purpose purpose) {
    PutOutcome outcome = observed(() -> store.putIfAbsent(key, body, purpose));
    if (outcome == PutOutcome.UNKNOWN) {
      outage.failed("put-if-absent of " + key + " has no answer");
    } else {
      outage.answered();
    }
    return outcome;
  }

  @Override
  public List<ListedObject> list(
      String prefix, @Nullable String startAfter, int limit, Purpose purpose) {
    return retried(() -> store.list(prefix, startAfter, limit, purpose));
  }

  @Override
  public void delete(Collection<ObjectKey> keys, Purpose purpose) {
    retried(() -> {
      store.delete(keys, purpose);
      return true;
    });
  }

  private <T> T retried(Supplier<T> request) {
    long wait = FIRST_WAIT.toNanos();
    long started = execution.nanoTime();
    while (true) {
      long seen = closing.version();
      try {
        T answer = observed(request);
        outage.answered();
        return answer;
      } catch (StoreUnavailable away) {
        checkPatience(away, Duration.ofNanos(execution.nanoTime() - started));
      }
      closing.await(seen, Duration.ofNanos(wait / 2 + execution.random(wait / 2)));
      wait = Math.min(2 * wait, LONGEST_WAIT.toNanos());
    }
  }

  /** One try. Tells the outage of a failure, and of the answers that are thrown. */
  private <T> T observed(Supplier<T> request) {
    try {
      return request.get();
    } catch (StoreUnavailable away) {
      outage.failed(String.valueOf(away.getMessage()));
      throw away;
    } catch (S3ShardException answer) {
      outage.answered();
      throw answer;
    }
  }

  private void checkPatience(StoreUnavailable away, Duration tried) {
    if (closed || Thread.currentThread().isInterrupted()) {
      throw away;
    }
    if (deadline.isPresent() && tried.compareTo(deadline.get()) >= 0) {
      throw new StoreUnavailable(
          away.getMessage() + "; given up after " + tried.toSeconds() + " s", away);
    }
  }
}
