package io.s3shard.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class MapSharesTest {
  private final MapShares shares = new MapShares(1200, 64 << 10);

  private static final class Pages implements MapShares.Keeper {
    private long limit = -1;

    @Override
    public void limitPages(LongSupplier bytes) {
      limit = bytes.getAsLong();
    }
  }

  @Test
  void allThatAreOpenShareEvenly() {
    Pages one = new Pages();
    Pages two = new Pages();
    Pages three = new Pages();
    shares.opened(one);
    assertThat(one.limit).isEqualTo(1200);
    shares.opened(two);
    shares.opened(three);
    assertThat(one.limit).isEqualTo(400);
    assertThat(three.limit).isEqualTo(400);
    assertThat(shares.tailRuns()).isEqualTo((64 << 10) / 3);
    shares.closed(two);
    shares.closed(two);
    assertThat(one.limit).isEqualTo(600);
    assertThat(shares.tailRuns()).isEqualTo(32 << 10);
  }

  /** Else each COMMIT of one of a thousand images would begin a checkpoint. */
  @Test
  void aFewRunsAreAlwaysFine() {
    for (int i = 0; i < 1000; i++) {
      shares.opened(new Pages());
    }
    assertThat(shares.tailRuns()).isEqualTo(2048);
    assertThat(new MapShares(1, 10).tailRuns()).isEqualTo(10);
  }
}
