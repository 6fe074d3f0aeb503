package io.s3shard.testing;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import io.s3shard.execution.ThreadExecution;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/** Real threads, and a clock that stands still until a test moves it. */
public final class SteppedTime implements Execution {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(1);

  private final Execution real = new ThreadExecution();
  private final AtomicLong nanos = new AtomicLong();

  /** Lets {@code step} pass at once. */
  public void advance(Duration step) {
    nanos.addAndGet(step.toNanos());
  }

  @Override
  public <T> Task<T> fork(String name, Callable<T> body) {
    return real.fork(name, body);
  }

  @Override
  public void sleep(Duration duration) {
    long until = nanos.get() + duration.toNanos();
    while (nanos.get() < until) {
      real.sleep(LOOK_AGAIN);
    }
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public Instant now() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos.get());
  }

  @Override
  public long random(long bound) {
    return real.random(bound);
  }

  @Override
  public byte[] randomBytes(int count) {
    return real.randomBytes(count);
  }

  @Override
  public Signal signal() {
    return new SteppedSignal(real.signal());
  }

  private final class SteppedSignal implements Signal {
    private final Signal signal;

    SteppedSignal(Signal signal) {
      this.signal = signal;
    }

    @Override
    public long version() {
      return signal.version();
    }

    @Override
    public void raise() {
      signal.raise();
    }

    @Override
    public void await(long seen) {
      signal.await(seen);
    }

    @Override
    public void await(long seen, Duration atMost) {
      long until = nanos.get() + atMost.toNanos();
      while (signal.version() == seen && nanos.get() < until) {
        signal.await(seen, LOOK_AGAIN);
      }
    }
  }
}
