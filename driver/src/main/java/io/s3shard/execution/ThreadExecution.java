package io.s3shard.execution;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;

/** The real world: virtual threads and the system's clock. */
public final class ThreadExecution implements Execution {
  private final SecureRandom secure = new SecureRandom();

  @Override
  public <T> Task<T> fork(String name, Callable<T> body) {
    FutureTask<T> future = new FutureTask<>(body);
    Thread.ofVirtual().name(name).start(future);
    return new Running<>(future);
  }

  private record Running<T>(FutureTask<T> future) implements Task<T> {
    @Override
    public T join() {
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return future.get();
          } catch (InterruptedException e) {
            interrupted = true;
          } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw unchecked(cause == null ? e : cause);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private static RuntimeException unchecked(Throwable cause) {
      if (cause instanceof Error error) {
        throw error;
      }
      return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
    }

    @Override
    public boolean isDone() {
      return future.isDone();
    }
  }

  @Override
  public void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long random(long bound) {
    return ThreadLocalRandom.current().nextLong(bound);
  }

  @Override
  public byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    secure.nextBytes(bytes);
    return bytes;
  }

  @Override
  public Signal signal() {
    return new MonitorSignal();
  }
}
