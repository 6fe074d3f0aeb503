package io.s3shard.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.testing.Fault;
import io.s3shard.testing.FaultPlan;
import io.s3shard.testing.FaultyStore;
import io.s3shard.testing.SteppedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** So many at once, the urgent first. */
@Timeout(60)
final class LimitedStoreTest {
  private final Execution execution = new ThreadExecution();
  private final List<Purpose> granted = Collections.synchronizedList(new ArrayList<>());

  @Test
  void backgroundWorkLeavesRoomForEverybodyMoreUrgent() {
    Permits permits = new Permits(execution, 16);
    for (int i = 0; i < 20; i++) {
      start(permits, Purpose.BACKGROUND);
    }
    awaitGranted(8);
    for (Purpose purpose :
        List.of(Purpose.PREFETCH, Purpose.MAP, Purpose.FLUSH, Purpose.READ, Purpose.LOG)) {
      permits.acquire(purpose);
    }
    assertThat(granted).hasSize(8).containsOnly(Purpose.BACKGROUND);
  }

  @Test
  void allTogetherStayWithinTheLimit() {
    Permits permits = new Permits(execution, 16);
    for (int i = 0; i < 16; i++) {
      permits.acquire(Purpose.LOG);
    }
    Execution.Task<Purpose> last = start(permits, Purpose.LOG);
    execution.sleep(Duration.ofMillis(20));
    assertThat(last.isDone()).isFalse();
    permits.release(Purpose.LOG);
    last.join();
  }

  @Test
  void whoeverIsMoreUrgentGoesFirst() {
    Permits permits = new Permits(execution, 4);
    permits.acquire(Purpose.LOG);
    permits.acquire(Purpose.LOG);
    permits.acquire(Purpose.LOG);
    permits.acquire(Purpose.LOG);
    List<Execution.Task<Purpose>> waiting = new ArrayList<>();
    for (Purpose purpose : List.of(Purpose.BACKGROUND, Purpose.MAP, Purpose.READ, Purpose.LOG)) {
      waiting.add(start(permits, purpose));
      execution.sleep(Duration.ofMillis(20));
    }
    for (int i = 1; i <= 4; i++) {
      permits.release(i == 1 ? Purpose.LOG : granted.get(i - 2));
      awaitGranted(i);
    }
    assertThat(granted).containsExactly(Purpose.LOG, Purpose.READ, Purpose.MAP, Purpose.BACKGROUND);
    waiting.forEach(Execution.Task::join);
  }

  @Test
  void throttlingHalvesTheLimitOnceABurstAndSuccessRaisesIt() {
    SteppedTime time = new SteppedTime();
    FaultPlan plan = new FaultPlan(1, Duration.ofMillis(1));
    LimitedStore store =
        new LimitedStore(new FaultyStore(new MemoryStore(), time, plan), time, 128);
    ObjectKey key = new ObjectKey("k");
    store.put(key, Body.of(new byte[1]), Purpose.FLUSH);
    throttle(plan, store, key);
    throttle(plan, store, key);
    assertThat(store.limit()).isEqualTo(64);
    time.advance(Duration.ofSeconds(2));
    throttle(plan, store, key);
    assertThat(store.limit()).isEqualTo(32);
    for (int i = 0; i < 32 + 33; i++) {
      store.get(key, Purpose.READ);
    }
    assertThat(store.limit()).isEqualTo(34);
    for (int i = 0; i < 10; i++) {
      time.advance(Duration.ofSeconds(2));
      throttle(plan, store, key);
    }
    assertThat(store.limit()).isEqualTo(4);
    for (Purpose purpose : Purpose.values()) {
      store.get(key, purpose);
    }
  }

  @Test
  void aFailureGivesItsPermitBack() {
    FaultPlan plan = new FaultPlan(1, Duration.ofMillis(1));
    LimitedStore store =
        new LimitedStore(new FaultyStore(new MemoryStore(), execution, plan), execution, 4);
    plan.away(true);
    for (int i = 0; i < 10; i++) {
      assertThat(store.putIfAbsent(new ObjectKey("k"), Body.of(new byte[1]), Purpose.LOG))
          .isEqualTo(PutOutcome.UNKNOWN);
    }
    for (int i = 0; i < 10; i++) {
      throttle(plan, store, new ObjectKey("k"));
    }
    plan.away(false);
    assertThat(store.list("", null, 1, Purpose.BACKGROUND)).isEmpty();
  }

  private static void throttle(FaultPlan plan, LimitedStore store, ObjectKey key) {
    plan.next(Fault.THROTTLED, key.value());
    try {
      store.get(key, Purpose.READ);
    } catch (StoreUnavailable e) {
      return;
    }
    throw new AssertionError("was not refused");
  }

  private Execution.Task<Purpose> start(Permits permits, Purpose purpose) {
    return execution.fork(
        "request",
        () -> {
          permits.acquire(purpose);
          granted.add(purpose);
          return purpose;
        });
  }

  private void awaitGranted(int count) {
    while (granted.size() < count) {
      execution.sleep(Duration.ofMillis(1));
    }
  }
}
