package io.s3shard.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.ObjectMissing;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.testing.Fault;
import io.s3shard.testing.FaultPlan;
import io.s3shard.testing.FaultyStore;
import io.s3shard.testing.SteppedTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An outage is a pause (promise 8), with a deadline if the user wants one. */
@Timeout(60)
final class RetryingStoreTest {
  private static final ObjectKey KEY = new ObjectKey("k");
  private static final Body BODY = Body.of(new byte[] {1, 2, 3});

  private final Execution execution = new ThreadExecution();
  private final FaultPlan plan = new FaultPlan(1, Duration.ofMillis(1));
  private final MemoryStore memory = new MemoryStore();
  private final RetryingStore store = retrying(execution, Optional.empty());

  private RetryingStore retrying(Execution time, Optional<Duration> deadline) {
    return new RetryingStore(new FaultyStore(memory, time, plan), time, deadline);
  }

  @Test
  void eachRequestIsTriedAgain() {
    plan.next(Fault.UNAVAILABLE, "k").next(Fault.THROTTLED, "k").next(Fault.ANSWER_LOST, "k");
    store.put(KEY, BODY, Purpose.FLUSH);
    plan.next(Fault.UNAVAILABLE, "k");
    assertThat(store.get(KEY, Purpose.READ).body()).isEqualTo(BODY.toBuffer());
    plan.next(Fault.ANSWER_LOST, "k");
    assertThat(store.get(KEY, new ByteRange(1, 2), Purpose.READ).remaining()).isEqualTo(2);
    plan.next(Fault.UNAVAILABLE, "");
    List<ListedObject> listed = store.list("", null, 10, Purpose.MAP);
    assertThat(listed).hasSize(1);
    plan.next(Fault.UNAVAILABLE, "k");
    assertThat(store.getIfMatch(KEY, listed.getFirst().etag(), Purpose.MAP).body())
        .isEqualTo(BODY.toBuffer());
    plan.next(Fault.ANSWER_LOST, "k");
    store.delete(List.of(KEY), Purpose.BACKGROUND);
    assertThat(memory.list("", null, 10, Purpose.MAP)).isEmpty();
    assertThat(
            plan.count(Fault.UNAVAILABLE)
                + plan.count(Fault.THROTTLED)
                + plan.count(Fault.ANSWER_LOST))
        .isEqualTo(8);
    assertThat(store.awayFor()).isZero();
  }

  @Test
  void aPutIfAbsentIsSentOnce() {
    plan.next(Fault.UNAVAILABLE, "k");
    assertThat(store.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    assertThat(memory.list("", null, 10, Purpose.MAP)).isEmpty();
    plan.next(Fault.ANSWER_LOST, "k");
    assertThat(store.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.UNKNOWN);
    assertThat(store.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.LOST);
  }

  @Test
  void afterTheDeadlineItFails() {
    SteppedTime time = new SteppedTime();
    RetryingStore impatient = retrying(time, Optional.of(Duration.ofSeconds(60)));
    plan.away(true);
    Execution.Task<StoredObject> get =
        execution.fork("get", () -> impatient.get(KEY, Purpose.READ));
    for (int i = 0; i < 59; i++) {
      time.advance(Duration.ofSeconds(1));
      execution.sleep(Duration.ofMillis(2));
    }
    assertThat(get.isDone()).isFalse();
    assertThat(impatient.gaveUp()).isFalse();
    while (!get.isDone()) {
      time.advance(Duration.ofSeconds(1));
      execution.sleep(Duration.ofMillis(1));
    }
    assertThatThrownBy(get::join)
        .isInstanceOf(StoreUnavailable.class)
        .hasMessageContaining("given up after ");
    // on a busy machine the first failure is noted some steps of time after the request was made
    time.advance(Duration.ofSeconds(60));
    assertThat(impatient.gaveUp()).isTrue();
    plan.away(false);
    assertThatThrownBy(() -> impatient.get(KEY, Purpose.READ)).isInstanceOf(ObjectMissing.class);
    assertThat(impatient.gaveUp()).isFalse();
  }

  @Test
  void unansweredPutsIfAbsentCountAsAway() {
    SteppedTime time = new SteppedTime();
    RetryingStore impatient = retrying(time, Optional.of(Duration.ofSeconds(60)));
    plan.away(true);
    for (int i = 0; i < 4; i++) {
      assertThat(impatient.gaveUp()).isFalse();
      impatient.putIfAbsent(KEY, BODY, Purpose.LOG);
      time.advance(Duration.ofSeconds(20));
    }
    assertThat(impatient.awayFor()).isEqualTo(Duration.ofSeconds(80));
    assertThat(impatient.gaveUp()).isTrue();
    plan.away(false);
    assertThat(impatient.putIfAbsent(KEY, BODY, Purpose.LOG)).isEqualTo(PutOutcome.WON);
    assertThat(impatient.gaveUp()).isFalse();
  }

  @Test
  void aFailureLongAgoIsNotThisOutage() {
    SteppedTime time = new SteppedTime();
    RetryingStore impatient = retrying(time, Optional.of(Duration.ofSeconds(60)));
    plan.next(Fault.UNAVAILABLE, "k");
    impatient.putIfAbsent(KEY, BODY, Purpose.LOG);
    time.advance(Duration.ofHours(1));
    plan.next(Fault.UNAVAILABLE, "k");
    impatient.putIfAbsent(KEY, BODY, Purpose.LOG);
    assertThat(impatient.gaveUp()).isFalse();
  }

  @Test
  void closingEndsTheWaiting() {
    plan.away(true);
    Execution.Task<StoredObject> get = execution.fork("get", () -> store.get(KEY, Purpose.READ));
    while (plan.count(Fault.UNAVAILABLE) < 3) {
      execution.sleep(Duration.ofMillis(5));
    }
    store.close();
    assertThatThrownBy(get::join).isInstanceOf(StoreUnavailable.class);
    assertThat(store.gaveUp()).isTrue();
    plan.away(false);
    store.put(KEY, BODY, Purpose.FLUSH);
  }

  @Test
  void anInterruptEndsTheWaiting() {
    plan.away(true);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> store.get(KEY, Purpose.READ)).isInstanceOf(StoreUnavailable.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anAnswerIsNotTriedAgain() {
    assertThatThrownBy(() -> store.get(KEY, Purpose.READ)).isInstanceOf(ObjectMissing.class);
  }
}
