package io.s3shard.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.Fenced;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ThreadExecutionTest {
  private static final Duration LONG = Duration.ofDays(365);

  private final Execution execution = new ThreadExecution();

  @Test
  void aForkRunsOnAVirtualThreadOfItsName() {
    Execution.Task<String> task =
        execution.fork(
            "upload",
            () -> Thread.currentThread().isVirtual() + " " + Thread.currentThread().getName());

    assertThat(task.join()).isEqualTo("true upload");
    assertThat(task.isDone()).isTrue();
  }

  @Test
  void joinThrowsWhatTheBodyThrew() {
    Execution.Task<Object> unchecked =
        execution.fork(
            "a",
            () -> {
              throw new Fenced("another writer owns it");
            });
    Execution.Task<Object> error =
        execution.fork(
            "b",
            () -> {
              throw new AssertionError("broken");
            });
    Execution.Task<Object> checked =
        execution.fork(
            "c",
            () -> {
              throw new IOException("disk");
            });

    assertThatThrownBy(unchecked::join).isExactlyInstanceOf(Fenced.class);
    assertThatThrownBy(error::join).isExactlyInstanceOf(AssertionError.class);
    assertThatThrownBy(checked::join)
        .isInstanceOf(IllegalStateException.class)
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void anInterruptEndsASleepAndStaysSet() throws InterruptedException {
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Thread sleeper =
        Thread.ofPlatform()
            .start(() -> {
              execution.sleep(LONG);
              interrupted.set(Thread.currentThread().isInterrupted());
            });

    sleeper.interrupt();
    sleeper.join();

    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void aSignalRaisedAfterTheVersionWasReadIsNotLost() {
    Signal signal = execution.signal();
    long seen = signal.version();
    signal.raise();

    signal.await(seen);
    signal.await(seen, LONG);

    assertThat(signal.version()).isNotEqualTo(seen);
  }

  @Test
  void aSignalThatNobodyRaisesIsGivenUpInTime() {
    Signal signal = execution.signal();
    long before = execution.nanoTime();

    signal.await(signal.version(), Duration.ofMillis(20));

    assertThat(execution.nanoTime() - before)
        .isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void aRaiseWakesVirtualAndPlatformThreadsAlike() throws InterruptedException {
    Signal signal = execution.signal();
    long seen = signal.version();
    CountDownLatch woken = new CountDownLatch(3);
    Thread platform = Thread.ofPlatform().start(() -> awaitAndCount(signal, seen, woken));
    execution.fork("plain", () -> awaitAndCount(signal, seen, woken));
    execution.fork(
        "timed",
        () -> {
          signal.await(seen, LONG);
          woken.countDown();
          return null;
        });

    signal.raise();

    woken.await();
    platform.join();
  }

  private static Object awaitAndCount(Signal signal, long seen, CountDownLatch woken) {
    signal.await(seen);
    woken.countDown();
    return woken;
  }

  @Test
  void anInterruptDoesNotEndAWaitAndStaysSet() throws InterruptedException {
    Signal signal = execution.signal();
    long seen = signal.version();
    AtomicReference<String> order = new AtomicReference<>("");
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              signal.await(seen, LONG);
              order.updateAndGet(
                  s -> s + "woken interrupted=" + Thread.currentThread().isInterrupted());
            });

    waiter.interrupt();
    while (waiter.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    order.updateAndGet(s -> s + "raised ");
    signal.raise();
    waiter.join();

    assertThat(order.get()).isEqualTo("raised woken interrupted=true");
  }

  @Test
  void noRaiseIsLostBetweenManyThreads() {
    Signal signal = execution.signal();
    AtomicInteger turn = new AtomicInteger();
    int rounds = 2_000;
    Execution.Task<Object> even = execution.fork("even", () -> takeTurns(signal, turn, 0, rounds));
    Execution.Task<Object> odd = execution.fork("odd", () -> takeTurns(signal, turn, 1, rounds));

    even.join();
    odd.join();

    assertThat(turn.get()).isEqualTo(rounds);
  }

  private static Object takeTurns(Signal signal, AtomicInteger turn, int parity, int rounds) {
    while (true) {
      long seen = signal.version();
      int now = turn.get();
      if (now >= rounds) {
        return turn;
      }
      if (now % 2 == parity) {
        turn.incrementAndGet();
        signal.raise();
      } else {
        signal.await(seen);
      }
    }
  }

  @Test
  void numbersAreBelowTheirBoundAndBytesAreFresh() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(execution.random(3)).isBetween(0L, 2L);
    }
    assertThat(execution.randomBytes(16)).hasSize(16).isNotEqualTo(execution.randomBytes(16));
  }
}
