package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.execution.Execution;
import io.s3shard.testing.SteppedTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CopyPaceTest {
  private final SteppedTime time = new SteppedTime();
  private final CopyPace pace = new CopyPace(time, 10);

  @Test
  void whatIsCopiedTakesItsTime() {
    long before = time.nanoTime();
    Execution.Task<Void> copying = copy(100);
    while (!copying.isDone()) {
      time.advance(Duration.ofMillis(1));
    }
    assertThat(time.nanoTime() - before).isGreaterThanOrEqualTo(Duration.ofSeconds(10).toNanos());
  }

  /** Else a pass over an idle image would stand still for as long as load was too fast before. */
  @Test
  void whatWasCopiedInAHurryIsNotMadeUpForLater() {
    pace.copied(1_000_000_000, () -> true);
    long before = time.nanoTime();
    Execution.Task<Void> copying = copy(10);
    while (!copying.isDone()) {
      time.advance(Duration.ofMillis(1));
    }
    assertThat(time.nanoTime() - before).isLessThan(Duration.ofDays(500).toNanos());
  }

  private Execution.Task<Void> copy(long bytes) {
    return time.fork(
        "copy",
        () -> {
          pace.copied(bytes, () -> false);
          return null;
        });
  }
}
