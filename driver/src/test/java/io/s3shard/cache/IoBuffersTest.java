package io.s3shard.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.cache.IoBuffers.Lease;
import io.s3shard.cache.IoBuffers.Use;
import io.s3shard.execution.Execution;
import io.s3shard.execution.ThreadExecution;
import io.s3shard.format.ObjectFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IoBuffersTest {
  private static final int FRAME = ObjectFormat.FRAME_BYTES;

  private final Execution execution = new ThreadExecution();
  private final IoBuffers buffers = new IoBuffers(execution, 24L * FRAME);

  @Test
  void whatIsTakenIsNobodyElses() {
    Random random = new Random(1);
    List<Lease> taken = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      if (random.nextBoolean() && !taken.isEmpty()) {
        Lease lease = taken.remove(random.nextInt(taken.size()));
        ByteBuffer bytes = lease.bytes();
        for (int at = 0; at < bytes.capacity(); at += FRAME) {
          assertThat(bytes.getInt(at)).isEqualTo(System.identityHashCode(lease));
        }
        lease.close();
      } else {
        Use use = random.nextBoolean() ? Use.AWAITED : Use.BEHIND;
        Lease lease = buffers.tryTake(1 + random.nextInt(4), use);
        if (lease != null) {
          for (int at = 0; at < lease.bytes().capacity(); at += FRAME) {
            lease.bytes().putInt(at, System.identityHashCode(lease));
          }
          taken.add(lease);
        }
      }
      long used = taken.stream().mapToLong(lease -> lease.bytes().capacity()).sum();
      assertThat(buffers.usedBytes()).isEqualTo(used).isLessThanOrEqualTo(24L * FRAME);
    }
  }

  @Test
  void whatNobodyWaitsForLeavesAQuarter() {
    for (int i = 0; i < 18; i++) {
      assertThat(buffers.tryTake(1, Use.BEHIND)).isNotNull();
    }
    assertThat(buffers.tryTake(1, Use.BEHIND)).isNull();
    assertThat(buffers.tryTake(4, Use.AWAITED)).isNotNull();
    assertThat(buffers.tryTake(2, Use.AWAITED)).isNotNull();
    assertThat(buffers.tryTake(1, Use.AWAITED)).isNull();
  }

  @Test
  void whoWaitsGoesOnWhenThereIsRoom() {
    List<Lease> all = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      all.add(buffers.take(1, Use.AWAITED));
    }
    Execution.Task<Integer> waiting =
        execution.fork(
            "waiting",
            () -> {
              try (Lease lease = buffers.take(3, Use.AWAITED)) {
                return lease.bytes().capacity();
              }
            });
    all.forEach(Lease::close);
    assertThat(waiting.join()).isEqualTo(3 * FRAME);
    assertThat(buffers.usedBytes()).isZero();
  }

  @Test
  void aRunThatCouldStarveTheOthersIsRefused() {
    assertThat(buffers.longestFrames()).isEqualTo(4);
    assertThatThrownBy(() -> buffers.take(5, Use.AWAITED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
