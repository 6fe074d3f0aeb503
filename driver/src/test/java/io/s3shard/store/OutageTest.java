package io.s3shard.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.ObjectMissing;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.store.s3.S3Store;
import io.s3shard.testing.S3Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Promise 8 with a real server that is killed and started again: whoever reads and writes waits,
 * and nothing fails.
 */
@Tag("s3")
@Timeout(300)
final class OutageTest {
  private static final int WORKERS = 8;

  private final Execution execution = new ThreadExecution();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicInteger rounds = new AtomicInteger();

  @Test
  void whoeverReadsAndWritesWaits() {
    try (S3Server server = S3Server.started();
        S3Store bucket = new S3Store(server.settings("outage"));
        StoreStack stack = new StoreStack(bucket, StoreSettings.DEFAULTS, execution)) {
      List<Execution.Task<Integer>> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        int number = i;
        workers.add(execution.fork("worker " + i, () -> work(stack.store(), number)));
      }
      for (int outage = 0; outage < 2; outage++) {
        awaitRounds(rounds.get() + 5 * WORKERS);
        server.stop();
        awaitAway(stack.store());
        execution.sleep(Duration.ofSeconds(3));
        assertThat(workers).noneMatch(Execution.Task::isDone);
        server.start();
      }
      awaitRounds(rounds.get() + 5 * WORKERS);
      stop.set(true);
      int done = workers.stream().mapToInt(Execution.Task::join).sum();
      assertThat(done).isEqualTo(rounds.get());
      assertThat(stack.store().awayFor()).isZero();
      assertThat(stack.store().list("data/", null, 1000, Purpose.MAP)).hasSize(WORKERS);
    }
  }

  /**
   * Writes, reads, lists, appends and deletes until told to stop; each check is of its own keys.
   */
  private int work(ObjectStore store, int number) {
    int round = 0;
    ObjectKey data = new ObjectKey("data/" + number);
    for (; !stop.get(); round++) {
      Body body = Body.of(("worker " + number + " round " + round).getBytes(UTF_8));
      store.put(data, body, Purpose.FLUSH);
      assertThat(store.get(data, Purpose.READ).body()).isEqualTo(body.toBuffer());
      assertThat(store.get(data, new ByteRange(0, 6), Purpose.READ).remaining()).isEqualTo(6);
      ObjectKey slot = new ObjectKey("log/" + number + "/" + round);
      append(store, slot, body);
      assertThat(store.list("log/" + number + "/", null, 10, Purpose.MAP))
          .extracting(ListedObject::key)
          .containsExactly(slot);
      store.delete(List.of(slot, new ObjectKey("log/none")), Purpose.BACKGROUND);
      rounds.incrementAndGet();
    }
    return round;
  }

  /** As the log does it: what is unknown is read. */
  private static void append(ObjectStore store, ObjectKey slot, Body body) {
    while (store.putIfAbsent(slot, body, Purpose.LOG) == PutOutcome.UNKNOWN) {
      try {
        assertThat(store.get(slot, Purpose.LOG).body()).isEqualTo(body.toBuffer());
        return;
      } catch (ObjectMissing e) {
        continue;
      }
    }
  }

  private void awaitRounds(int count) {
    while (rounds.get() < count) {
      execution.sleep(Duration.ofMillis(10));
    }
  }

  private void awaitAway(RetryingStore store) {
    while (store.awayFor().isZero()) {
      execution.sleep(Duration.ofMillis(10));
    }
  }
}
