package io.s3shard.testing;

import io.s3shard.execution.Execution;
import io.s3shard.execution.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/** For code that only looks at what is in memory: forks run at once, waiting fails. */
public final class NoWaiting implements Execution {
  @Override
  public <T> Task<T> fork(String name, Callable<T> body) {
    T result;
    try {
      result = body.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return new Task<>() {
      @Override
      public T join() {
        return result;
      }

      @Override
      public boolean isDone() {
        return true;
      }
    };
  }

  @Override
  public void sleep(Duration duration) {
    throw new IllegalStateException("a check must not wait");
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public long random(long bound) {
    return 0;
  }

  @Override
  public byte[] randomBytes(int count) {
    return new byte[count];
  }

  @Override
  public Signal signal() {
    throw new IllegalStateException("a check must not wait");
  }
}
