package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.s3shard.error.Damaged;
import io.s3shard.error.Fenced;
import io.s3shard.error.InvalidRequest;
import io.s3shard.error.ObjectMissing;
import io.s3shard.error.Poisoned;
import io.s3shard.error.StoreRefused;
import io.s3shard.error.StoreUnavailable;
import io.s3shard.error.VolumeBusy;
import io.s3shard.error.VolumeExists;
import io.s3shard.error.VolumeMissing;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The numbers are API: scripts and units branch on them. */
class ExitCodeTest {
  static Stream<Arguments> table() {
    return Stream.of(
        Arguments.of(new IllegalStateException("x"), 1),
        Arguments.of(new InvalidRequest("x"), 2),
        Arguments.of(new VolumeMissing("x"), 3),
        Arguments.of(new ObjectMissing("x"), 3),
        Arguments.of(new VolumeExists("x"), 4),
        Arguments.of(new VolumeBusy("x"), 4),
        Arguments.of(new StoreUnavailable("x"), 5),
        Arguments.of(new StoreRefused("x"), 6),
        Arguments.of(new Damaged("x"), 7),
        Arguments.of(new Fenced("x"), 8),
        Arguments.of(new Poisoned("x"), 8));
  }

  @ParameterizedTest
  @MethodSource("table")
  void eachFailureHasItsCode(RuntimeException failure, int code) {
    assertThat(ExitCode.of(failure).number()).isEqualTo(code);
    CommandRun command = CommandRun.failing(failure);
    assertThat(command.run("ls", "s3://bucket/p").exit()).isEqualTo(code);
  }
}
