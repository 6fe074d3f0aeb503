package io.s3shard.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.testing.Fault;
import io.s3shard.testing.FaultPlan;
import io.s3shard.testing.FaultyStore;
import io.s3shard.testing.SteppedTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bill: each try counts, by kind and purpose. */
final class StoreMeterTest {
  private static final ObjectKey KEY = new ObjectKey("k");

  private final SteppedTime time = new SteppedTime();
  private final FaultPlan plan = new FaultPlan(1, Duration.ofMillis(1));
  private final StoreMeter meter = new StoreMeter();
  private final MeteredStore store =
      new MeteredStore(new FaultyStore(new MemoryStore(), time, plan), time, meter);

  @Test
  void requestsAndBytesAreCounted() {
    store.put(KEY, Body.of(new byte[100]), Purpose.FLUSH);
    store.get(KEY, Purpose.MAP);
    store.get(KEY, new ByteRange(0, 7), Purpose.READ);
    store.get(KEY, new ByteRange(0, 8), Purpose.READ);
    store.list("", null, 10, Purpose.MAP);
    store.putIfAbsent(KEY, Body.of(new byte[5]), Purpose.LOG);
    store.delete(List.of(KEY), Purpose.BACKGROUND);
    StoreUse use = meter.use();
    assertThat(use.rows()).hasSize(6);
    assertThat(use.requests()).isEqualTo(7);
    assertThat(use.row(RequestKind.GET, Purpose.READ).requests()).isEqualTo(2);
    assertThat(use.row(RequestKind.GET, Purpose.READ).receivedBytes()).isEqualTo(15);
    assertThat(use.row(RequestKind.GET, Purpose.MAP).receivedBytes()).isEqualTo(100);
    assertThat(use.row(RequestKind.PUT, Purpose.FLUSH).sentBytes()).isEqualTo(100);
    assertThat(use.row(RequestKind.PUT_IF_ABSENT, Purpose.LOG).sentBytes()).isEqualTo(5);
    assertThat(use.row(RequestKind.PUT_IF_ABSENT, Purpose.LOG).failures()).isZero();
    assertThat(use.row(RequestKind.DELETE, Purpose.BACKGROUND).requests()).isEqualTo(1);
    assertThat(use.row(RequestKind.DELETE, Purpose.LOG).requests()).isZero();
  }

  @Test
  void whatIsMissingIsAnAnswerAndWhatIsLostIsAFailure() {
    assertThatThrownBy(() -> store.get(KEY, Purpose.READ)).isInstanceOf(ObjectMissing.class);
    assertThat(meter.use().row(RequestKind.GET, Purpose.READ).requests()).isEqualTo(1);
    assertThat(meter.use().row(RequestKind.GET, Purpose.READ).failures()).isZero();
    plan.away(true);
    store.putIfAbsent(KEY, Body.of(new byte[5]), Purpose.LOG);
    assertThat(meter.use().row(RequestKind.PUT_IF_ABSENT, Purpose.LOG).failures()).isEqualTo(1);
    assertThat(meter.use().requests()).isEqualTo(2);
  }

  @Test
  void eachTryOfTheStackCounts() {
    plan.next(Fault.UNAVAILABLE, "k");
    try (StoreStack stack =
        new StoreStack(
            new FaultyStore(new MemoryStore(), time, plan),
            StoreSettings.DEFAULTS,
            new ThreadExecution())) {
      stack.store().put(KEY, Body.of(new byte[10]), Purpose.FLUSH);
      StoreUse.Row row = stack.meter().use().row(RequestKind.PUT, Purpose.FLUSH);
      assertThat(row.requests()).isEqualTo(2);
      assertThat(row.failures()).isEqualTo(1);
      assertThat(row.sentBytes()).isEqualTo(20);
    }
  }

  @Test
  void aDayHasItsPrice() {
    for (int i = 0; i < 1000; i++) {
      store.putIfAbsent(KEY, Body.of(new byte[1]), Purpose.LOG);
    }
    StoreUse first = meter.use();
    for (int i = 0; i < 1000; i++) {
      store.get(KEY, Purpose.READ);
    }
    assertThat(first.dollars()).isEqualTo(0.005, within(1e-9));
    StoreUse second = meter.use().since(first);
    assertThat(second.requests()).isEqualTo(1000);
    assertThat(second.dollarsADay(Duration.ofHours(12))).isEqualTo(0.0008, within(1e-9));
    assertThat(second.dollarsADay(Duration.ZERO)).isZero();
  }
}
