package io.s3shard.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.testing.Mutation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation can fail: each rule broken on purpose is noticed. */
@Timeout(600)
class MutationsAreCaughtTest {
  /** The rarest needs some four hundred. */
  private static final int SEEDS = 1_000;

  @BeforeAll
  static void quiet() {
    QuietLog.quiet();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aBrokenRuleIsCaught(Mutation mutation) {
    int seeds =
        Seeds.untilCaught(mutation.name(), 1, SEEDS, seed -> ImageSimulation.run(seed, mutation));

    assertThat(seeds).isBetween(1, SEEDS);
  }
}
