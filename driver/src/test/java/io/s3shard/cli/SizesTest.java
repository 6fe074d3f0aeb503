package io.s3shard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.s3shard.error.InvalidRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and durations: with a unit, or refused. */
class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "0B,0",
    "512B,512",
    "4KiB,4096",
    "4Ki,4096",
    "4kB,4000",
    "4KB,4000",
    "4MiB,4194304",
    "1GB,1000000000",
    "10Gi,10737418240",
    "1.5GiB,1610612736",
    "64TiB,70368744177664",
    "2TB,2000000000000"
  })
  void sizesAreParsed(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "5,the size 5 has no unit: write 5B; 5MiB or 5GiB",
    "5G,the size 5G has an unknown unit: use B; KiB; MiB; GiB; TiB (binary) or KB; MB; GB; TB (decimal)",
    "5gib,the size 5gib has an unknown unit: use B; KiB; MiB; GiB; TiB (binary) or KB; MB; GB; TB (decimal)",
    "1.5B,the size 1.5B is no whole number of bytes; or too large",
    "99999999TiB,the size 99999999TiB is no whole number of bytes; or too large",
    "-1GiB,\"-1GiB\" is no size: write a number and a unit; such as 512MiB; 10Gi or 1GB",
    "big,\"big\" is no size: write a number and a unit; such as 512MiB; 10Gi or 1GB"
  })
  void badSizesSayWhatIsAllowed(String text, String message) {
    assertThatThrownBy(() -> Sizes.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(message.replace(';', ','));
  }

  @ParameterizedTest
  @CsvSource({"0,0B", "1023,1023B", "4096,4KiB", "1610612736,1.5GiB", "70368744177664,64TiB"})
  void sizesArePrinted(long bytes, String text) {
    assertThat(Sizes.format(bytes)).isEqualTo(text);
  }

  @Test
  void durationsAreParsed() {
    assertThat(Durations.parse("500ms")).isEqualTo(Duration.ofMillis(500));
    assertThat(Durations.parse("5s")).isEqualTo(Duration.ofSeconds(5));
    assertThat(Durations.parse("2m")).isEqualTo(Duration.ofMinutes(2));
    assertThat(Durations.parse("1h")).isEqualTo(Duration.ofHours(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "5 s", "1.5s", "s", "-5s", "5sec"})
  void badDurationsSayWhatIsAllowed(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "\""
                + text
                + "\" is no duration: write a whole number and a unit, such as 500ms, 5s, 2m or 1h");
  }
}
