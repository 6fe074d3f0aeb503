package io.s3shard.testing;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/** One thread, virtual time, seeded dice: a fork runs at once, a sleep moves the clock. */
public final class InlineExecution implements Execution {
  private final Random random = new Random(7);
  private long nanos = 1;
  public final Deque<Runnable> duringSleeps = new ArrayDeque<>();
  public long sleptNanos;

  @Override
  public <T> Task<T> fork(String name, Callable<T> body) {
    try {
      return new Done<>(Collections.singletonList(body.call()), List.of());
    } catch (RuntimeException e) {
      return new Done<>(List.of(), List.of(e));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private record Done<T>(List<T> result, List<RuntimeException> failure) implements Task<T> {
    @Override
    public T join() {
      failure.forEach(e -> {
        throw e;
      });
      return result.getFirst();
    }

    @Override
    public boolean isDone() {
      return true;
    }
  }

  @Override
  public void sleep(Duration duration) {
    sleptNanos += duration.toNanos();
    nanos += duration.toNanos();
    Runnable meanwhile = duringSleeps.poll();
    if (meanwhile != null) {
      meanwhile.run();
    }
  }

  /** Moves the clock. */
  public void passNanos(long passed) {
    nanos += passed;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Instant now() {
    return Instant.ofEpochMilli(1_800_000_000_000L + nanos / 1_000_000);
  }

  @Override
  public long random(long bound) {
    return random.nextLong(bound);
  }

  @Override
  public byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  @Override
  public Signal signal() {
    return new Signal() {
      private long version;

      @Override
      public long version() {
        return version;
      }

      @Override
      public void raise() {
        version++;
      }

      @Override
      public void await(long seen) {
        if (version == seen) {
          throw new IllegalStateException("the only thread waits for itself");
        }
      }

      @Override
      public void await(long seen, Duration atMost) {
        sleep(atMost);
      }
    };
  }
}
