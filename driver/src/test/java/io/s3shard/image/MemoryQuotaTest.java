package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MemoryQuotaTest {
  private final ThreadExecution execution = new ThreadExecution();
  private final MemoryQuota quota = new MemoryQuota(execution, 10);
  private final List<String> order = new CopyOnWriteArrayList<>();

  @Test
  void whoFindsTooLittleLeftWaits() {
    MemoryQuota.Taken first = quota.take(4);
    MemoryQuota.Taken second = quota.take(4);
    Execution.Task<Void> third = takeAndGive("third", 5);
    awaitWaiting(1);
    order.add("given back");
    first.close();
    third.join();
    second.close();
    assertThat(order).containsExactly("given back", "third");
    assertThat(quota.waiting()).isZero();
  }

  @Test
  void whoWantsMoreThanThereIsWaitsUntilItIsAlone() {
    MemoryQuota.Taken first = quota.take(1);
    Execution.Task<Void> second = takeAndGive("second", 1000);
    awaitWaiting(1);
    quota.take(0).close();
    order.add("given back");
    first.close();
    second.join();
    assertThat(order).containsExactly("given back", "second");
  }

  private Execution.Task<Void> takeAndGive(String who, long bytes) {
    return execution.fork(
        who,
        () -> {
          try (MemoryQuota.Taken _ = quota.take(bytes)) {
            order.add(who);
          }
          return null;
        });
  }

  private void awaitWaiting(int count) {
    while (quota.waiting() != count) {
      execution.sleep(Duration.ofMillis(1));
    }
  }
}
